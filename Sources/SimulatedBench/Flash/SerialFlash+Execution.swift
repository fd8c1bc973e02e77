// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What an instruction does when chip select rises.
extension SerialFlash {
    func execute() {
        if instruction.needsWriteEnable, !latches.isWriteEnabled { return }
        switch instruction.action {
        case .writeEnable: latches.isWriteEnabled = true
        case .writeDisable: (latches.isWriteEnabled, latches.isVolatileWriteEnabled) = (false, false)
        case .volatileWriteEnable: latches.isVolatileWriteEnabled = true
        case .writeRegisters(let index): writeRegisters(part.writes[index])
        case .writeAnyRegister: writeAnyRegister()
        case .clearFailures: clearFailures()
        case .program: startProgram()
        case .programSecurity: startSecurityProgram()
        case .erase: startErase()
        case .eraseChip: startErase(of: 0..<part.count, dies: works.indices)
        case .eraseDie:
            let die = die(of: address)
            startErase(of: range(ofDie: die), dies: die..<die + 1)
        case .eraseSecurity: startSecurityErase()
        case .suspend: suspend()
        case .resume: for die in works.indices { resume(die) }
        default: switchMode()
        }
    }

    /// Instructions that change how the part listens.
    private func switchMode() {
        switch instruction.action {
        case .lockBlock: protection.setLock(true, at: address)
        case .unlockBlock: protection.setLock(false, at: address)
        case .lockAll: protection.setAllLocks(true)
        case .unlockAll: protection.setAllLocks(false)
        case .powerDown: (latches.isPoweredDown, unresponsiveUntil) = (true, now &+ part.timing.powerDown)
        case .releasePowerDown: releasePowerDown()
        case .enableReset: latches.isResetEnabled = true
        case .reset(let isArmed):
            if latches.isResetEnabled || !isArmed { reset() }
            latches.isResetEnabled = false
        case .enterQuadInterface: isQuadInterface = true
        case .leaveQuadInterface: isQuadInterface = false
        case .enterFourByteAddresses: hasFourByteAddresses = true
        case .leaveFourByteAddresses: hasFourByteAddresses = false
        case .setBurstWrap where selection.inputCount > 0:
            latches.wrapLength = instruction.burst.length(selection.input[0])
        case .selectDie where selection.inputCount > 0 && Int(selection.input[0]) < works.count:
            latches.activeDie = Int(selection.input[0])
        default: break
        }
    }

    func releasePowerDown() {
        guard latches.isPoweredDown else { return }
        latches.isPoweredDown = false
        unresponsiveUntil = now &+ part.timing.release
    }

    func reset() {
        abortOperations()
        latches = FlashLatches()
        registers.reset()
        // The individual locks, too, come up set after a reset.
        protection.reset()
        unresponsiveUntil = now &+ part.timing.reset
    }

    func clearFailures() {
        for failure in part.failures?.bits ?? [] { registers.set(failure.flag, to: false) }
    }
}
