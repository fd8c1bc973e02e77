// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A board and its flash as the table at ``BoardTable`` describes them.
struct Board {
    private let table: UInt32
    let controller: Controller
    let flash: Flash

    init(_ table: UInt32) {
        self.table = table
        controller = Controller(table &+ AgentRing.settings)
        flash = Flash(table, controller)
    }

    @inline(__always) private func word(_ offset: UInt32) -> UInt32 { Register(table &+ offset).value }
    private func setting(_ offset: UInt32) -> UInt32 { word(AgentRing.settings &+ offset) }

    var size: UInt32 { word(BoardTable.size) }
    var page: UInt32 { setting(AgentSettings.page) }
    /// The smallest that can be erased.
    var sector: UInt32 { setting(AgentSettings.erases) }

    /// The offset into the flash of a mapped range; nil when any of it is elsewhere.
    func offset(of address: UInt32, _ count: UInt32) -> UInt32? {
        let offset = address &- word(BoardTable.base)
        return offset < size && count <= size &- offset ? offset : nil
    }

    // MARK: Setting up

    /// Clocks, pins, controller and flash; leaves the flash mapped.
    func setUp() -> Bool {
        Countdown.start()
        guard ClockControl.useInternalOscillator(controller.cyclesPerMicrosecond) else { return false }
        changeRegisters()
        return controller.takeOver() && startFlash() && map()
    }

    private func changeRegisters() {
        var place = table &+ BoardTable.registers
        let end = place &+ word(BoardTable.registerCount) &* BoardTable.registerSize
        while place != end {
            let register = Register(Register(place).value)
            register.value = register.value & ~Register(place &+ 4).value | Register(place &+ 8).value
            // The write must have arrived before what it lets in is touched.
            _ = register.value
            place = place &+ BoardTable.registerSize
        }
    }

    private func startFlash() -> Bool {
        let count = word(BoardTable.stepCount)
        var (number, value): (UInt32, UInt32) = (0, 0)
        while number < count {
            let place = table &+ BoardTable.steps &+ number &* BoardTable.stepSize
            number = number &+ 1
            let (first, second) = (Register(place &+ 4).value, Register(place &+ 8).value)
            switch Register(place).value {
            case StartUpStep.read:
                guard let found = controller.readRegister(first) else { return false }
                value = value & ((1 << second) &- 1) | found << second
            case StartUpStep.set: value = first
            case StartUpStep.change: value = value & ~first | second
            case StartUpStep.skip:
                if value & first == second { number = number &+ Register(place &+ 12).value }
            case let step: guard perform(step, first, second, value) else { return false }
            }
        }
        return true
    }

    /// The steps that leave `value` as it is.
    private func perform(_ step: UInt32, _ first: UInt32, _ second: UInt32, _ value: UInt32) -> Bool {
        switch step {
        case StartUpStep.send: return controller.execute(first)
        case StartUpStep.write: return controller.write(first, value, second)
        case StartUpStep.require: return value & first == second
        case StartUpStep.pause:
            Countdown.pause(microseconds: first, controller.cyclesPerMicrosecond)
            return true
        case StartUpStep.awaitReady: return flash.isReady(within: first)
        case StartUpStep.settle:
            _ = flash.isReady(within: first)
            return true
        case StartUpStep.enableWriting: return flash.enableWriting() == AgentFault.none
        case StartUpStep.identify: return identify(first)
        case StartUpStep.adoptWait: return adoptWait()
        default: return false
        }
    }

    private func identify(_ command: UInt32) -> Bool {
        let drivesPair = controller.drivesPair
        controller.beginReading(command, count: drivesPair ? 6 : 3)
        guard controller.hasAll() else { return false }
        var (first, second): (UInt32, UInt32) = (0, 0)
        var left = 3
        while left > 0 {
            first = first << 8 | controller.nextByte()
            if drivesPair { second = second << 8 | controller.nextByte() }
            left &-= 1
        }
        return controller.endReading() && isKnown(first) && (!drivesPair || isKnown(second))
    }

    private func isKnown(_ identity: UInt32) -> Bool {
        var left = word(BoardTable.identityCount)
        while left > 0 {
            left &-= 1
            if word(BoardTable.identities &+ left &* 4) == identity { return true }
        }
        return false
    }

    private func adoptWait() -> Bool {
        guard let value = controller.readRegister(word(BoardTable.waitRegister)) else { return false }
        // Both of a pair wait equally long, or neither can be read.
        if controller.drivesPair, value >> 8 != value & 0xFF { return false }
        let field = (value & 0xFF) >> word(BoardTable.waitShift) & word(BoardTable.waitMask) & 15
        let clocks = UInt32(Register(table &+ BoardTable.waitClocks &+ field).byte)
        for place in [AgentSettings.read, AgentSettings.map] {
            let command = Register(table &+ AgentRing.settings &+ place)
            command.value = command.value & ~(31 << 18) | clocks << 18
        }
        return clocks < 32
    }

    // MARK: Using

    /// Ends the memory map, for what goes by commands.
    func beginCommands() -> Bool { controller.leaveMap() }

    /// Maps the flash, where the map can show it: a read that is to go on in the next die would begin again in the same.
    func map() -> Bool { word(BoardTable.die) != 0 || controller.map() }

    /// As ``Controller/forEach(_:_:_:)``, die by die where a read does not go on from one to the next.
    @inline(__always)
    func forEach(_ target: UInt32, _ count: UInt32, _ take: (UInt32, UInt32) -> Bool) -> Bool {
        let die = word(BoardTable.die)
        var (place, left) = (target, count)
        while left > 0 {
            let part = die == 0 ? left : min(left, die &- place & (die &- 1))
            guard controller.forEach(place, part, take) else { return false }
            (place, left) = (place &+ part, left &- part)
        }
        return true
    }

    /// Has a flash that failed take commands again.
    func giveUp() -> Bool {
        let command = word(BoardTable.clearFailures)
        if command != 0 { _ = controller.execute(command) }
        return false
    }

    /// Programs any number of bytes at any offset, and compares.
    func program(_ offset: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: UInt32) -> Bool {
        guard flash.program(offset, count, UInt32(UInt(bitPattern: bytes))) == AgentFault.none else {
            return giveUp()
        }
        return unsafe firstDifference(offset, bytes, count) == count
    }

    /// Erases whole sectors in the largest units that fit, and looks whether they are blank: what is protected ignores the
    /// command without a sign.
    func erase(_ offset: UInt32, _ count: UInt32) -> Bool {
        guard flash.erase(offset, count) == AgentFault.none else { return giveUp() }
        return holds(offset, count, 0xFF)
    }

    func eraseAll() -> Bool {
        guard setting(AgentSettings.eraseChip) != 0 else { return erase(0, size) }
        guard flash.eraseChip() == AgentFault.none else { return giveUp() }
        return holds(0, size, 0xFF)
    }

    /// How many bytes from `offset` on are those in RAM; nothing is told of a flash that cannot be read.
    func firstDifference(_ offset: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: UInt32) -> UInt32 {
        let expected = UnsafeRawPointer(bytes)
        var position: UInt32 = 0
        _ = forEach(offset, count) { value, size in
            var different =
                size == 4
                ? value ^ (unsafe expected.loadUnaligned(fromByteOffset: Int(position), as: UInt32.self))
                : value ^ UInt32(unsafe expected.load(fromByteOffset: Int(position), as: UInt8.self))
            if different == 0 {
                position &+= size
                return true
            }
            while different & 0xFF == 0 {
                different >>= 8
                position &+= 1
            }
            return false
        }
        return position
    }

    /// Whether every byte of a range is `byte`.
    func holds(_ offset: UInt32, _ count: UInt32, _ byte: UInt32) -> Bool {
        let word = byte &* 0x0101_0101
        return forEach(offset, count) { value, size in value == (size == 4 ? word : byte) }
    }
}
