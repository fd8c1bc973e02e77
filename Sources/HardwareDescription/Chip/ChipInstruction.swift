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
    }

    /// How many lines carry opcode, address and data: `1-4-4`.
    package struct Lines: Hashable, Sendable {
        package var opcode: UInt8 = 1, address: UInt8 = 1, data: UInt8 = 1
        package var usesFour: Bool { address == 4 || data == 4 }
        package var text: String { "\(opcode)-\(address)-\(data)" }
    }

    /// Clocks between address (and mode bits) and data.
    package enum Dummy: Hashable, Sendable {
        case fixed(UInt8)
        /// The register's field is the count, but for these values of it.
        case register(ChipRegisterField, usual: UInt8, exceptions: [UInt8: UInt8])
    }

    package var opcode: UInt8
    package var does: Purpose
    package var lines = Lines()
    /// Bytes of address where they do not follow from ``does`` and the addressing mode.
    package var addressBytes: UInt8?
    /// Mode bits after the address.
    package var modeBits: UInt8 = 0
    package var dummy: Dummy = .fixed(0)
    /// The mode bits' value under ``continuousMask`` that makes the next selection begin with the address.
    package var continuous: UInt8?
    package var continuousMask: UInt8 = 0x30
    /// Works whatever the quad enable bit says.
    package var ignoresQuadEnable = false
    /// Also understood on four lines when the part is in QPI.
    package var worksInQPI = false
    /// Understood there only.
    package var isOnlyInQPI = false
    package var dummyInQPI: Dummy?
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

/// How a flash beyond 16 MiB takes its addresses.
package struct ChipAddressing: Hashable, Sendable {
    /// An opcode that changes the mode.
    package struct Switch: Hashable, Sendable {
        package var opcode: UInt8
        package var needsWriteEnable: Bool
    }
    /// Holds the address bits from 24 on while addresses have three bytes.
    package struct ExtendedRegister: Hashable, Sendable {
        package var read: UInt8?
        package var write: UInt8
        package var needsWriteEnable: Bool
        package var bits: ClosedRange<UInt32>
    }
    /// Bytes after power-up.
    package var bytes: UInt8 = 3
    package var enterFour: Switch?
    package var leaveFour: Switch?
    package var extendedRegister: ExtendedRegister?
    /// Says which mode it is in.
    package var modeBit: ChipRegisterBit?
}

/// Times of a flash but those of its erases, which stand with their instructions.
package struct ChipTimes: Hashable, Sendable {
    package typealias Time = FlashChipDefinition.Time
    package var pageProgram: Time?
    package var firstByte: Time?
    package var nextByte: Time?
    package var writeRegister: Time?
    package var suspend: Duration?
    package var reset: Duration?
    package var powerDown: Duration?
    package var release: Duration?
    package var powerUp: Duration?
}
