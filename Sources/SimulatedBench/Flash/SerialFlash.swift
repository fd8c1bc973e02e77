// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A W25Q128-class serial NOR flash, as its pins see the world: chip select, and levels on IO0...IO3 clock by clock.
///
/// Whoever drives it sets ``now`` to the time of what happens next; time never goes back. Nothing runs by itself:
/// an operation in progress is finished when somebody looks after its end (``settle()``).
final class SerialFlash {
    let part: FlashPart
    /// Virtual time at the pins.
    var now: Picoseconds = 0
    var array: FlashArray
    var timer: FlashTimer
    var random: SeededGenerator
    /// Never leaves BUSY, whatever it is told.
    var isStuckBusy = false

    // MARK: Registers

    /// SR1...SR3 as kept without power, and as in force together with the lock bits.
    var nonVolatileStatus: [UInt8]
    var protection: FlashProtection
    /// Three registers of 256 bytes.
    var security: [UInt8]
    var isWriteEnabled = false
    var isVolatileWriteEnabled = false
    var isResetEnabled = false
    var isPoweredDown = false
    var isQuadInterface = false
    /// The opcode that the next selection repeats without sending it (mode bits M5-4 = 10b).
    var continuousOpcode: UInt8?
    var wrapLength: Int?

    // MARK: What it is busy with

    var operation: FlashOperation?
    var suspended: FlashOperation?
    /// Until then it ignores everything (tRST, tDP, tRES1).
    var unresponsiveUntil: Picoseconds = 0

    // MARK: The selection in progress

    enum Phase { case opcode, address, mode, dummy, input, output, complete, ignored, deselected }
    var phase = Phase.deselected
    var opcode: UInt8 = 0
    var instruction = FlashInstruction(action: .writeDisable)
    /// Lines and bits still to come of the phase being shifted in.
    var lines = 1
    var bitsLeft = 8
    var shift: UInt32 = 0
    var address = 0
    /// Bytes taken in the data phase: all of a register write, the last 256 of a program.
    var input = [UInt8](repeating: 0xFF, count: 256)
    var inputCount = 0
    /// Where output continues, and the byte being shifted out.
    var position = 0
    var outputByte: UInt8 = 0
    var outputBitsLeft = 0
    /// Clocks came after the last bit of an instruction that must end there.
    var hasExcessClocks = false
    /// IO2 is /WP and IO3 /HOLD while QE is 0; the level of /WP at the last clock.
    var writeProtectPinIsLow = false

    init(_ part: FlashPart, busyTimes: BenchConfiguration.BusyTimes = .typical, seed: UInt64 = 1) {
        self.part = part
        array = FlashArray(count: part.count)
        timer = FlashTimer(busyTimes, seed: seed)
        random = SeededGenerator(seed: seed ^ 0xBAD_CE11)
        nonVolatileStatus = part.factoryState.statusRegisters
        security = Array(repeating: 0xFF, count: 768)
        protection = FlashProtection(status: nonVolatileStatus, count: array.count)
    }

    // MARK: Status

    var isQuadEnabled: Bool { protection.status[1] & 2 != 0 }
    var isBusy: Bool { operation != nil || isStuckBusy }
    /// The next moment at which a status read can change without a command; nil if it cannot.
    var nextChange: Picoseconds? {
        if now < unresponsiveUntil { return unresponsiveUntil }
        return operation?.nextChange
    }

    /// SR1, SR2 or SR3 as read.
    func statusRegister(_ index: Int) -> UInt8 {
        var value = protection.status[index]
        if index == 0 { value |= (isWriteEnabled ? 2 : 0) | (isBusy ? 1 : 0) }
        if index == 1, suspended != nil { value |= 0x80 }
        return value
    }

    // MARK: Power

    /// Power-up: volatile state is lost, an operation that was running leaves its cells in any state.
    func powerCycle() {
        abortOperation()
        suspended = nil
        (isWriteEnabled, isVolatileWriteEnabled, isResetEnabled) = (false, false, false)
        (isPoweredDown, isQuadInterface, continuousOpcode, wrapLength) = (false, false, nil, nil)
        // SRL locks until the next power-up (W25Q128JV datasheet rev F §7.1.8).
        nonVolatileStatus[1] &= ~1
        protection = FlashProtection(status: nonVolatileStatus, count: array.count)
        (phase, unresponsiveUntil) = (.deselected, 0)
    }

    /// What survives without power; setting it is as if the part had been programmed elsewhere.
    var state: FlashState {
        get {
            settle()
            return FlashState(
                cells: array.contents, statusRegisters: nonVolatileStatus, securityRegisters: security)
        }
        set {
            array.load(newValue.cells)
            for index in 0..<min(3, newValue.statusRegisters.count) {
                nonVolatileStatus[index] = newValue.statusRegisters[index] & FlashOperation.statusMasks[index]
            }
            if part.quadEnable == .fixed { nonVolatileStatus[1] |= 2 }
            for index in 0..<min(768, newValue.securityRegisters.count) {
                security[index] = newValue.securityRegisters[index]
            }
            protection.status = nonVolatileStatus
        }
    }
}
