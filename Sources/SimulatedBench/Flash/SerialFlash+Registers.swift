// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Instructions that write registers.
extension SerialFlash {
    func writeRegisters(_ write: FlashRegisterWrite) {
        guard selection.inputCount > 0, suspended == nil else { return }
        let isEnabled = latches.isWriteEnabled || !write.needsWriteEnable
        guard isEnabled || latches.isVolatileWriteEnabled && write.change == .both else { return }
        latches.isVolatileWriteEnabled = false
        guard !isRegisterProtected(write.registers) else {
            latches.isWriteEnabled = false
            return
        }
        let values = inputValues(write)
        guard isEnabled, write.change != .volatile else {
            for (index, value) in values {
                registers.apply(volatile: registers.volatileChange(index, to: value), to: index)
            }
            if !write.keepsWriteEnable, isEnabled { latches.isWriteEnabled = false }
            return
        }
        let changes = values.map { (register: $0, change: registers.change($0, to: $1)) }
        start(
            .writeRegisters(changes, inForce: write.change == .both), on: 0..<0,
            for: write.time ?? part.timing.registerWrite)
    }

    /// The bytes that came, by register.
    private func inputValues(_ write: FlashRegisterWrite) -> [(Int, UInt16)] {
        var values: [(Int, UInt16)] = []
        var place = 0
        for index in write.registers {
            let width = part.registers[index].width
            if place + width <= selection.inputCount {
                let high = width == 2 ? UInt16(selection.input[place + 1]) << 8 : 0
                values.append((index, UInt16(selection.input[place]) | high))
            } else if write.clearsRest {
                values.append((index, 0))
            }
            place += width
        }
        return values
    }

    /// By the /WP pin or until the next power-up.
    private func isRegisterProtected(_ indices: [Int]) -> Bool {
        guard let layout = part.protection, !layout.registers.isDisjoint(with: indices) else { return false }
        if let lock = layout.lockDown, registers.isSet(lock) { return true }
        guard let pin = layout.pin, registers.isSet(pin), writeProtectPinIsLow else { return false }
        return part.quadEnable == nil || !isQuadEnabled
    }

    /// The register at the address: what is kept takes its time, what is in force changes at once.
    func writeAnyRegister() {
        guard latches.isWriteEnabled, selection.inputCount > 0, suspended == nil,
            let (index, isKept, _) = register(at: selection.address)
        else { return }
        guard !isRegisterProtected([index]) else {
            latches.isWriteEnabled = false
            return
        }
        let value = UInt16(selection.input[0])
        guard isKept else {
            registers.apply(volatile: registers.volatileChange(index, to: value), to: index)
            latches.isWriteEnabled = false
            return
        }
        let changes = [(register: index, change: registers.change(index, to: value))]
        start(.writeRegisters(changes, inForce: true), on: 0..<0, for: part.timing.registerWrite)
    }
}
