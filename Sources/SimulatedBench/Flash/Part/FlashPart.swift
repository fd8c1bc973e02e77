// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A serial NOR flash part as data: what a file of `Config/flash` says of it.
package struct FlashPart: Hashable, Sendable {
    package internal(set) var name: String
    package internal(set) var title: String
    /// What 9Fh answers: manufacturer, type, capacity, and further bytes where the part has them.
    var identification: [UInt8]
    /// What it answers with the opcode on four lines.
    var quadIdentification: [UInt8]
    /// The device id of 90h, 92h, 94h and ABh.
    var deviceID: UInt8?
    /// Other parts that are fitted in the place of this one, by the names of their files.
    var variants: [String] = []
    /// Cells of all dies together; a power of two.
    package internal(set) var count: Int
    var dies = FlashDies()
    /// The largest program, in bytes; a flag can change it.
    var page: Int
    var largePage: FlashPage?
    /// Above these clocks, in Hz, data read is wrong; the second is for reads without dummy clocks, the third for data on both
    /// edges.
    var hertzLimit: UInt64
    var plainReadHertzLimit: UInt64
    var doubleRateHertzLimit: UInt64
    var addressing = FlashAddressing()
    var registers: [FlashRegister] = []
    var writes: [FlashRegisterWrite] = []
    var serial = FlashInstructionTable()
    /// With the opcode on four lines.
    var quad = FlashInstructionTable()
    /// Instructions on four lines need it; nil: they always work.
    var quadEnable: FlashFlag?
    /// The part understands opcodes on four lines while it is set; nil: instructions switch that.
    var quadProtocol: FlashFlag?
    /// Address and data of every instruction go on both edges while it is set.
    var doubleRateProtocol: FlashFlag?
    var burstWrap: FlashBurstRegister?
    var protection: FlashProtectionLayout?
    var failures: FlashFailures?
    var security: FlashSecurityLayout?
    /// IO3 is /HOLD while it is no data line.
    var hasHoldPin = false
    var timing: FlashTiming
    /// The SFDP area, a multiple of 256 bytes.
    var discovery: [UInt8]

    /// There is a way to opcodes on four lines; some parts of a family have none, and share its list of instructions.
    var hasQuadInterface: Bool {
        quadProtocol != nil || serial.instructions.contains { $0.action == .enterQuadInterface }
    }
    func register(named name: String) -> Int? { registers.firstIndex { $0.name == name } }
}

/// A page size that a register chooses.
struct FlashPage: Hashable, Sendable {
    var flag: FlashFlag
    /// Bytes while the flag is set.
    var size: Int
}

/// Dies behind one chip select.
struct FlashDies: Hashable, Sendable {
    var count = 1
    /// An instruction chooses the one whose registers are read.
    var areSelected = false
    /// Reading ends at a die's last cell and goes on at its first.
    var confineReads = false
    /// Registers have addresses in each die, so many bytes apart; nil: only in the first.
    var registerStride: UInt32?
}

/// How many bytes of address there are, and where the rest of it comes from.
struct FlashAddressing: Hashable, Sendable {
    /// After power-up, where no flag says it.
    var bytes = 3
    /// Set while addresses have four bytes.
    var mode: FlashFlag?
    /// Address bits 24 and up for addresses of three bytes.
    var extension24: FlashField?
}

/// Burst settings that stand in a register.
struct FlashBurstRegister: Hashable, Sendable {
    var field: FlashField
    /// Bytes by the field's value; nil: output does not wrap.
    var lengths: [Int?]
}

/// Bits that say that a program or erase went wrong; they stay until they are cleared.
struct FlashFailures: Hashable, Sendable {
    enum Cause: String, CaseIterable, Sendable { case program, erase, protection }
    struct Bit: Hashable, Sendable {
        var flag: FlashFlag
        var cause: Cause
    }
    var bits: [Bit]
    /// The part stays busy until they are cleared.
    var holdBusy = false
    /// The write enable latch survives a failure.
    var keepWriteEnable = false
    /// The next program or erase clears them.
    var clearByNext = false
}

/// Cells beside the array that can be locked for good.
struct FlashSecurityLayout: Hashable, Sendable {
    /// Areas of `size` bytes; the first begins at `first`, the others each `stride` later.
    var count: Int
    var size: Int
    var first: Int
    var stride: Int
    /// One-time bits, the first area's first; fewer than areas: the last counts for the rest.
    var lock: FlashField?

    /// Bytes of all areas.
    var total: Int { count * size }
    /// The area that holds an address.
    func area(of address: Int) -> Int? {
        (0..<count).first { address >= first + $0 * stride && address < first + $0 * stride + size }
    }
}

/// What keeps the array, and the registers, from being changed.
struct FlashProtectionLayout: Hashable, Sendable {
    /// The block protect bits, low ones first.
    var level: [FlashField]
    /// Protection begins at the lowest address.
    var bottom: FlashFlag?
    /// Levels count in sectors of 4 KiB, up to 32 KiB.
    var sector: FlashFlag?
    /// What the bits name is free, and the rest protected.
    var complement: FlashFlag?
    /// Bytes of level 1; each further level doubles them.
    var unit: Int
    /// Locks of single blocks take the place of the bits.
    var individual: FlashFlag?
    /// The registers below cannot be written while /WP is low.
    var pin: FlashFlag?
    /// They cannot be written at all.
    var lockDown: FlashFlag?
    var registers: Set<Int> = []
}
