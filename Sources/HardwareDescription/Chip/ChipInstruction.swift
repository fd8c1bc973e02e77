// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One opcode of a flash and what it does.
package struct ChipInstruction: Hashable, Sendable {
    package enum Purpose: String, CaseIterable, Hashable, Sendable {
        case read, program, erase
        case readID = "read-id", readDeviceID = "read-device-id", readUniqueID = "read-unique-id"
        case readParameters = "read-sfdp"
        case readSecurity = "read-security", programSecurity = "program-security"
        case eraseSecurity = "erase-security"
        case eraseChip = "erase-chip", eraseDie = "erase-die"
        case writeEnable = "write-enable", writeDisable = "write-disable"
        case suspend, resume
        case enableReset = "enable-reset", reset
        case powerDown = "power-down", release
        case enterFour = "enter-four", leaveFour = "leave-four"
        case enterQPI = "enter-qpi", leaveQPI = "leave-qpi"
        case selectDie = "select-die"
        case setBurstWrap = "set-burst-wrap", setReadParameters = "set-read-parameters"
        case lockBlock = "lock-block", unlockBlock = "unlock-block", readLock = "read-lock"
        case lockAll = "lock-all", unlockAll = "unlock-all"
        case clearFailures = "clear-failures"
        case readAnyRegister = "read-any-register", writeAnyRegister = "write-any-register"
    }

    /// How many lines carry opcode, address and data: `1-4-4`.
    package struct Lines: Hashable, Sendable {
        package var opcode: UInt8 = 1, address: UInt8 = 1, data: UInt8 = 1
        package var isSingle: Bool { opcode == 1 && address == 1 && data == 1 }
        package var text: String { "\(opcode)-\(address)-\(data)" }
    }

    package var opcode: UInt8
    package var does: Purpose
    package var lines = Lines()
    /// Bytes of address where they do not follow from ``does`` and the addressing mode.
    package var addressBytes: UInt8?
    /// Bits behind the address, on its lines.
    package var modeBits: UInt8 = 0
    /// Clocks between address (and mode bits) and data; nil where a register says how many.
    package var dummy: UInt8?
    package var dummyField: ChipDummy?
    /// Address, mode bits and data go on both edges of the clock (DTR); the opcode does not.
    package var isDoubleRate = false
    /// Understood on four lines alone, in a protocol that only a loader puts the part into.
    package var isOnlyInQPI = false
    /// What holds only while a register bit has a value; nil: always.
    package var condition: ChipRegisterBit?
    /// Bytes that an erase erases.
    package var unit: UInt32?
    /// The stretch that an erase is limited to; places below zero count from the part's end.
    package var stretch: Stretch?
    package var time: FlashChipDefinition.Time?

    package struct Stretch: Hashable, Sendable {
        package var start: Int64
        package var end: Int64
    }
}

extension ChipInstruction {
    /// Clocks between address and data, those of mode bits included; nil where the register that says so is not among `registers`.
    package func waitingClocks(_ registers: [String: UInt8]) -> Int? {
        let mode = Int(modeBits) / Int(max(1, lines.address)) / (isDoubleRate ? 2 : 1)
        if let dummy { return mode + Int(dummy) }
        guard let dummyField, let contents = registers[dummyField.field.register] else { return nil }
        return mode + Int(dummyField.clocks(for: contents))
    }
}
