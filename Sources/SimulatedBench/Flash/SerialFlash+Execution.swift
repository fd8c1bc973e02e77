// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What an instruction does when chip select rises.
extension SerialFlash {
    func deselect() {
        defer { phase = .deselected }
        switch phase {
        case .complete where !hasExcessClocks: executeInstruction()
        // Registers and pages are written only when chip select rises at a byte boundary.
        case .input where bitsLeft == 8: executeInput()
        // ABh needs no more than its opcode.
        case .address, .output: if instruction.action == .releasePowerDown { releasePowerDown() }
        default: break
        }
    }

    private func executeInstruction() {
        switch instruction.action {
        case .writeEnable: isWriteEnabled = true
        case .writeDisable: (isWriteEnabled, isVolatileWriteEnabled) = (false, false)
        case .volatileWriteEnable: isVolatileWriteEnabled = true
        case .erase(let size): startErase(size)
        case .eraseChip: startChipErase()
        case .eraseSecurity: startSecurityErase()
        case .suspend: suspend()
        case .resume: resume()
        case .lockBlock: if isWriteEnabled { protection.setLock(true, at: address) }
        case .unlockBlock: if isWriteEnabled { protection.setLock(false, at: address) }
        case .lockAll: if isWriteEnabled { protection.setAllLocks(true) }
        case .unlockAll: if isWriteEnabled { protection.setAllLocks(false) }
        case .powerDown: (isPoweredDown, unresponsiveUntil) = (true, now &+ part.timing.powerDown)
        case .enableReset: isResetEnabled = true
        case .reset:
            if isResetEnabled { reset() }
            isResetEnabled = false
        case .enterQuadInterface: isQuadInterface = true
        case .leaveQuadInterface: isQuadInterface = false
        default: break
        }
    }

    private func executeInput() {
        switch instruction.action {
        case .program: startProgram()
        case .programSecurity: startSecurityProgram()
        case .writeStatus(let index): writeStatus(index)
        // W4 = 1 switches wrapping off; W6-5 choose 8, 16, 32 or 64 bytes.
        case .setBurstWrap where inputCount > 0:
            wrapLength = input[0] & 0x10 != 0 ? nil : 8 << Int(input[0] >> 5 & 3)
        default: break
        }
    }

    private func releasePowerDown() {
        guard isPoweredDown else { return }
        isPoweredDown = false
        unresponsiveUntil = now &+ part.timing.release
    }
}
