// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What follows an opcode on the wires, and what it is for.
struct FlashInstruction: Hashable, Sendable {
    enum Action: Hashable, Sendable {
        case writeEnable, writeDisable, volatileWriteEnable
        /// Place in `FlashPart.registers`, in `FlashPart.writes`.
        case readRegister(Int), writeRegisters(Int)
        case readAnyRegister, writeAnyRegister
        case clearFailures
        case readArray, readDiscovery, readSecurity
        case program, programSecurity
        case erase, eraseChip, eraseDie, eraseSecurity
        case suspend, resume
        case lockBlock, unlockBlock, readLock, lockAll, unlockAll
        case readIdentification, readDeviceID, readUniqueID, releasePowerDown
        case powerDown, enableReset
        /// `isArmed`: only right after `enableReset`.
        case reset(isArmed: Bool)
        case setBurstWrap
        case enterQuadInterface, leaveQuadInterface
        case enterFourByteAddresses, leaveFourByteAddresses
        case selectDie
    }
    enum Data: Hashable, Sendable { case none, input, output }
    enum Address: Hashable, Sendable {
        /// As many bytes as the addressing mode says.
        case byMode
        case bytes(Int)
    }
    /// Mode bits that make the next selection begin with the address.
    enum Continuation: Hashable, Sendable {
        case value(UInt8, mask: UInt8)
        /// The upper four bits are the inverse of the lower four.
        case toggled
        /// The first dummy clock finds IO0 low, while this flag is set.
        case firstDummyClock(FlashFlag)
    }

    var opcode: UInt8
    var action: Action
    var address = Address.bytes(0)
    var addressLines = 1
    /// Bits after the address, on its lines.
    var modeBits = 0
    var dummy = FlashDummy.clocks(0)
    /// Instead, where the address is that of a register's non-volatile copy.
    var keptDummy: FlashDummy?
    var data = Data.none
    var dataLines = 1
    /// Address, mode bits and data go on both edges of each clock; the opcode does not.
    var isDoubleRate = false
    var needsQuadEnable = false
    var needsWriteEnable = false
    var continuation: Continuation?
    /// Output wraps within the burst length.
    var wraps = false
    var isHeardWhileBusy = false
    /// What an erase covers, by place; the first that fits counts.
    var erases: [FlashErase] = []
    var time: FlashTiming.Limits?
    /// Where the length and the switch of a burst setting stand in its byte.
    var burst = FlashBurst()
}

/// Clocks between address (with mode bits) and data.
enum FlashDummy: Hashable, Sendable {
    case clocks(Int)
    /// A register says how many; by the field's value.
    case field(FlashField, counts: [Int])

    func clocks(in values: [UInt16]) -> Int {
        switch self {
        case .clocks(let count): count
        case .field(let field, let counts): counts[field.value(in: values)]
        }
    }
}

/// What one erase instruction does in one stretch of the array.
struct FlashErase: Hashable, Sendable {
    var unit: Int
    /// Addresses for which it holds; nil: all.
    var stretch: Range<Int>?
    /// Holds while this is set.
    var condition: FlashFlag?
    var time: FlashTiming.Limits
}

/// How a byte says where output wraps.
struct FlashBurst: Hashable, Sendable {
    /// 1 switches wrapping off.
    var offBit = 4
    /// Of the two bits that choose 8, 16, 32 or 64 bytes.
    var lengthShift = 5

    func length(_ value: UInt8) -> Int? {
        value >> UInt8(offBit) & 1 != 0 ? nil : 8 << Int(value >> UInt8(lengthShift) & 3)
    }
}
