// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A serial NOR flash as its pins see the world: chip select, and levels on IO0...IO3 clock by clock.
///
/// Whoever drives it sets ``now`` to the time of what happens next; time never goes back. Nothing runs by itself: an
/// operation in progress is finished when somebody looks after its end (``settle()``). What kind of part it is, is data:
/// here is what the words of that data mean.
final class SerialFlash {
    let part: FlashPart
    /// Virtual time at the pins.
    var now: Picoseconds = 0
    var array: FlashArray
    var registers: FlashRegisters
    var protection: FlashProtection
    /// The areas beside the array, one after the other.
    var security: [UInt8]
    var latches = FlashLatches()
    /// By die.
    var works: [FlashWork]
    var selection: FlashSelection
    /// What the selection is about, the place it names, and where its output continues.
    var instruction: FlashInstruction
    var address = 0
    var position = 0
    /// Cells whose change is suspended, as of the beginning of the selection.
    var undefinedCells: Range<Int>?
    var timer: FlashTimer
    var random: SeededGenerator
    /// Until then it ignores everything (tRST, tDP, tRES1).
    var unresponsiveUntil: Picoseconds = 0
    /// Never leaves BUSY, whatever it is told.
    var isStuckBusy = false
    /// The level of /WP, which is IO2, at the last clock.
    var writeProtectPinIsLow = false
    /// Files that follow what the part keeps; nil: it forgets everything with the bench.
    let store: FlashStore?
    /// What distinguishes this chip from others of its part.
    let seed: UInt64

    /// A part as the factory delivers it, or as `store` has kept it: then it has just got its supply back.
    init(
        _ part: FlashPart, busyTimes: BenchConfiguration.BusyTimes = .typical, seed: UInt64 = 1,
        store: FlashStore? = nil
    ) {
        self.part = part
        self.store = store
        self.seed = seed
        if let store { array = FlashArray(store.cells) } else { array = FlashArray(count: part.count) }
        registers = FlashRegisters(part.registers)
        protection = FlashProtection(part.protection, count: part.count)
        security = Array(repeating: 0xFF, count: part.security.map { $0.count * $0.size } ?? 0)
        works = Array(repeating: FlashWork(), count: part.dies.count)
        selection = FlashSelection(page: max(part.page, part.largePage?.size ?? 0))
        instruction = FlashInstruction(opcode: 0, action: .writeDisable)
        timer = FlashTimer(busyTimes, seed: seed)
        random = SeededGenerator(seed: seed ^ 0xBAD_CE11)
        recover()
    }

    // MARK: State in force

    var isQuadEnabled: Bool { part.quadEnable.map { registers.isSet($0) } ?? true }
    var isQuadInterface: Bool {
        get { part.quadProtocol.map { registers.isSet($0) } ?? latches.isQuadInterface }
        set {
            if let flag = part.quadProtocol { registers.set(flag, to: newValue) }
            latches.isQuadInterface = newValue
        }
    }
    /// Every instruction's address and data go on both edges; opcodes do not.
    var usesDoubleRateProtocol: Bool { part.doubleRateProtocol.map { registers.isSet($0) } ?? false }
    var hasFourByteAddresses: Bool {
        get {
            if let flag = part.addressing.mode { return registers.isSet(flag) }
            return latches.hasFourByteAddresses || part.addressing.bytes == 4
        }
        set {
            if let flag = part.addressing.mode { registers.set(flag, to: newValue) }
            latches.hasFourByteAddresses = newValue
        }
    }
    /// Bytes a program can change at once.
    var page: Int {
        guard let large = part.largePage, registers.isSet(large.flag) else { return part.page }
        return large.size
    }
    func die(of address: Int) -> Int { (address & (part.count - 1)) / (part.count / part.dies.count) }
    func range(ofDie die: Int) -> Range<Int> {
        let size = part.count / part.dies.count
        return die * size..<(die + 1) * size
    }

    // MARK: Busy

    /// Something runs on some die.
    var isBusy: Bool { isStuckBusy || works.contains { $0.operation != nil } || isHeldBusy }
    /// A failure that was not cleared keeps the part busy.
    var isHeldBusy: Bool {
        guard let failures = part.failures, failures.holdBusy else { return false }
        return failures.bits.contains { registers.isSet($0.flag) }
    }
    /// The suspended operation, on whatever die.
    var suspended: FlashOperation? { works.lazy.compactMap(\.suspended).first }
    /// The next moment at which a status read can change without a command; nil if it cannot.
    var nextChange: Picoseconds? {
        if now < unresponsiveUntil { return unresponsiveUntil }
        return works.lazy.compactMap(\.nextChange).min()
    }

    /// A register as it is read, of the die that is asked, or of one.
    func registerValue(_ index: Int, ofDie die: Int? = nil) -> UInt16 {
        var value = part.registers[index].showsKept ? registers.kept[index] : registers.values[index]
        for bit in part.registers[index].liveBits {
            if shows(bit.meaning, die ?? latches.activeDie) != bit.flag.isInverted {
                value |= bit.flag.mask
            } else {
                value &= ~bit.flag.mask
            }
        }
        return value
    }
    private func shows(_ meaning: FlashRegister.Meaning, _ die: Int) -> Bool {
        let work = works[die]
        switch meaning {
        case .busy: return work.operation != nil || isStuckBusy || isHeldBusy
        case .writeEnabled: return latches.isWriteEnabled
        case .suspended: return work.suspended != nil
        case .eraseSuspended: return work.suspended?.isErase == true
        case .programSuspended: return work.suspended?.isErase == false
        }
    }

    // MARK: Power

    /// Power-up: volatile state is lost, an operation that was running leaves its cells in any state.
    func powerCycle() {
        abortOperations()
        latches = FlashLatches()
        registers.powerUp()
        protection.reset()
        selection.end()
        unresponsiveUntil = 0
        keepRegisters()
    }

    /// What survives without power; setting it is as if the part had been programmed elsewhere.
    var state: FlashState {
        get {
            settle()
            return FlashState(cells: array.contents, registers: lastingRegisters, security: security)
        }
        set {
            array.load(newValue.cells)
            restore(newValue.registers, newValue.security)
        }
    }
    func restore(_ values: [String: UInt16], _ areas: [UInt8]) {
        for (index, register) in part.registers.enumerated() {
            if let value = values[register.name] { registers.restore(value, to: index) }
        }
        for index in security.indices { security[index] = index < areas.count ? areas[index] : 0xFF }
    }
    /// What registers keep without power, by their names.
    var lastingRegisters: [String: UInt16] {
        var kept: [String: UInt16] = [:]
        for (index, register) in part.registers.enumerated() where register.lasting != 0 {
            kept[register.name] = registers.kept[index] & register.lasting
        }
        return kept
    }
}
