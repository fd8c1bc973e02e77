// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// A bus that answers as a test wants and remembers what reached it.
final class RecordingBus: CoreBus {
    struct Access: Equatable {
        var address: UInt32
        var width: BusWidth
        var value: UInt32
        var isWrite: Bool
    }

    var accesses: [Access] = []
    var onRead: (UInt32, BusWidth) -> BusReply = { _, _ in .error }
    var onWrite: (UInt32, BusWidth, UInt32) -> BusReply = { _, _, _ in .error }
    var onFetch: (UInt32) -> BusReply = { _ in .error }

    func read(_ address: UInt32, _ width: BusWidth) -> BusReply {
        let reply = onRead(address, width)
        accesses.append(Access(address: address, width: width, value: reply.value, isWrite: false))
        return reply
    }
    func write(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> BusReply {
        accesses.append(Access(address: address, width: width, value: value, isWrite: true))
        return onWrite(address, width, value)
    }
    func fetch(_ address: UInt32) -> BusReply { onFetch(address) }
}

/// A core with a little memory.
final class TestMachine {
    static let codeBase: UInt32 = 0x0800_0000
    static let ramBase: UInt32 = 0x2000_0000
    static let size = 0x1_0000

    let bus = RecordingBus()
    let core: EmulatedCore
    let code: UnsafeMutableRawPointer
    let ram: UnsafeMutableRawPointer
    /// The vector table holds the stack top, the reset handler at +0x400 and for exception n the address +0x800 + 16 n.
    init(_ model: CoreModel = .cortexM7, waitStates: UInt32 = 0) {
        code = .allocate(byteCount: Self.size, alignment: 16)
        ram = .allocate(byteCount: Self.size, alignment: 16)
        code.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        ram.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        core = EmulatedCore(model, bus: bus)
        core.addWindow(at: Self.codeBase, memory: code, count: Self.size, isWritable: false)
        core.addWindow(
            at: Self.ramBase, memory: ram, count: Self.size, isWritable: true, waitStates: waitStates)
        poke(Self.codeBase, Self.ramBase + 0x8000)
        poke(Self.codeBase + 4, Self.codeBase + 0x401)
        for number in 2..<64 as Range<UInt32> {
            poke(Self.codeBase + 4 * number, Self.handler(number) | 1)
            // Each handler counts up R7 and returns: ADDS R7, #1; BX LR.
            program([0x3701, 0x4770], at: Self.handler(number))
        }
        core.powerOnReset(vectorTable: Self.codeBase)
    }
    deinit {
        code.deallocate()
        ram.deallocate()
    }

    static func handler(_ exception: UInt32) -> UInt32 { codeBase + 0x800 + 16 * exception }
    static var start: UInt32 { codeBase + 0x400 }

    // MARK: Memory

    private func place(_ address: UInt32) -> UnsafeMutableRawPointer {
        address >= Self.ramBase ? ram + Int(address - Self.ramBase) : code + Int(address - Self.codeBase)
    }
    func poke(_ address: UInt32, _ value: UInt32) { place(address).storeBytes(of: value, as: UInt32.self) }
    func peek(_ address: UInt32) -> UInt32 { place(address).loadUnaligned(as: UInt32.self) }
    /// Puts halfwords at `address`, the reset handler unless told otherwise.
    func program(_ halfwords: [UInt16], at address: UInt32 = start) {
        for (index, halfword) in halfwords.enumerated() {
            place(address + UInt32(index) * 2).storeBytes(of: halfword, as: UInt16.self)
        }
    }

    // MARK: Registers

    subscript(selector: UInt32) -> UInt32 {
        get { core.coreRegister(selector) }
        set { core.setCoreRegister(selector, newValue) }
    }
    var pc: UInt32 {
        get { self[15] }
        set { self[15] = newValue }
    }
    var exception: UInt32 { self[16] & 0x1FF }
    /// A register of the private peripheral bus, by its last five digits.
    subscript(peripheral offset: UInt32) -> UInt32 {
        get { core.debugRead(0xE000_0000 | offset, .word) ?? 0xBAD_F00D }
        set { _ = core.debugWrite(0xE000_0000 | offset, .word, newValue) }
    }

    /// Runs so many instructions of one clock each.
    @discardableResult
    func step(_ count: UInt64 = 1) -> RunEnd {
        var end = RunEnd.budget
        for _ in 0..<count { end = core.run(for: 1) }
        return end
    }
    func enableDebug(halting: Bool = false) {
        self[peripheral: Register.dhcsr] = halting ? 0xA05F_0003 : 0xA05F_0001
    }
}

/// Private peripheral registers the tests touch, as offsets from 0xE0000000 (ARMv7-M ARM B3.2, C1).
enum Register {
    static let dwtControl: UInt32 = 0x1000, cycleCount: UInt32 = 0x1004, sample: UInt32 = 0x101C
    static let comparator: UInt32 = 0x1020, comparatorMask: UInt32 = 0x1024, function: UInt32 = 0x1028
    static let fpbControl: UInt32 = 0x2000, fpbRemap: UInt32 = 0x2004, breakpoint: UInt32 = 0x2008
    static let tickControl: UInt32 = 0xE010, tickReload: UInt32 = 0xE014, tickValue: UInt32 = 0xE018
    static let enable: UInt32 = 0xE100, disable: UInt32 = 0xE180, setPending: UInt32 = 0xE200
    static let clearPending: UInt32 = 0xE280, active: UInt32 = 0xE300, priority: UInt32 = 0xE400
    static let cpuid: UInt32 = 0xED00, icsr: UInt32 = 0xED04, vtor: UInt32 = 0xED08, aircr: UInt32 = 0xED0C
    static let scr: UInt32 = 0xED10, ccr: UInt32 = 0xED14, shpr2: UInt32 = 0xED1C, shpr3: UInt32 = 0xED20
    static let shcsr: UInt32 = 0xED24, cfsr: UInt32 = 0xED28, hfsr: UInt32 = 0xED2C, dfsr: UInt32 = 0xED30
    static let mmfar: UInt32 = 0xED34, bfar: UInt32 = 0xED38, cpacr: UInt32 = 0xED88
    static let mpuType: UInt32 = 0xED90, mpuControl: UInt32 = 0xED94, mpuNumber: UInt32 = 0xED98
    static let mpuBase: UInt32 = 0xED9C, mpuAttributes: UInt32 = 0xEDA0
    static let dhcsr: UInt32 = 0xEDF0, dcrsr: UInt32 = 0xEDF4, dcrdr: UInt32 = 0xEDF8, demcr: UInt32 = 0xEDFC
    static let fpccr: UInt32 = 0xEF34, fpcar: UInt32 = 0xEF38, fpdscr: UInt32 = 0xEF3C
    static let invalidateInstructionCache: UInt32 = 0xEF50
}
