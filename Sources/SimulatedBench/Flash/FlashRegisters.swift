// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The registers of a part: what is in force, and what outlives the loss of power.
struct FlashRegisters {
    let layout: [FlashRegister]
    /// In force.
    private(set) var values: [UInt16]
    /// Non-volatile and one-time bits as kept; volatile ones as they come up.
    private(set) var kept: [UInt16]

    /// As the part leaves the factory, after power-up.
    init(_ layout: [FlashRegister]) {
        self.layout = layout
        kept = layout.map(\.factory)
        values = kept
        reset()
    }

    /// What is kept comes into force.
    mutating func reset() {
        values = kept
        for (index, register) in layout.enumerated() {
            for load in register.loads {
                var value = UInt16(truncatingIfNeeded: load.source.value(in: kept))
                if load.isInverted { value = ~value }
                let bits = value << UInt16(load.field.shift) & load.field.mask
                values[index] = values[index] & ~load.field.mask | bits
            }
        }
    }
    /// Power returns.
    mutating func powerUp() {
        for (index, register) in layout.enumerated() { kept[index] &= ~register.untilPowerOff }
        reset()
    }

    /// What the registers hold without power, as if they had been written elsewhere.
    ///
    /// Bits that no write can change stay as they are.
    mutating func restore(_ value: UInt16, to index: Int) {
        let lasting = layout[index].lasting
        kept[index] = kept[index] & ~lasting | value & lasting
        reset()
    }

    /// As if it had been written for good.
    mutating func keep(_ flag: FlashFlag, _ isOn: Bool) {
        flag.set(isOn, in: &kept)
        flag.set(isOn, in: &values)
    }
    mutating func keepAllBits(of field: FlashField) {
        kept[field.register] |= field.mask
        values[field.register] |= field.mask
    }

    // MARK: Bits in force

    mutating func set(_ flag: FlashFlag, to isOn: Bool) { flag.set(isOn, in: &values) }
    func isSet(_ flag: FlashFlag) -> Bool { flag.isSet(in: values) }

    // MARK: Writing

    /// Values in force and kept after a write of `value`.
    struct Change {
        var value: UInt16
        var kept: UInt16
    }

    /// What a write to the non-volatile register makes of it.
    func change(_ index: Int, to value: UInt16) -> Change {
        let register = layout[index]
        let writable = register.nonVolatile | register.untilPowerOff
        let fixed = kept[index] & register.oneTime | value & register.oneTime
        let bits = value & writable | fixed
        let changed = writable | register.oneTime
        return Change(
            value: values[index] & ~(changed | register.volatile) | bits | value & register.volatile,
            kept: kept[index] & ~changed | bits)
    }
    /// What a write to the bits in force makes of them; one-time bits take no part in it.
    func volatileChange(_ index: Int, to value: UInt16) -> UInt16 {
        let register = layout[index]
        let writable = register.nonVolatile | register.volatile | register.untilPowerOff
        return values[index] & ~writable | value & writable
    }

    mutating func apply(_ change: Change, to index: Int, inForce: Bool) {
        kept[index] = change.kept
        if inForce { values[index] = change.value }
    }
    mutating func apply(volatile value: UInt16, to index: Int) { values[index] = value }
}
