// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The registers of the QUADSPI and their fields (RM0399, QUADSPI registers).
struct QuadSPIRegisters {
    /// CR and DCR.
    var control: UInt32 = 0
    var device: UInt32 = 0
    /// SR's latched flags: TEF, TCF, SMF, TOF.
    var flags: UInt32 = 0
    /// DLR, CCR, AR, ABR.
    var length: UInt32 = 0
    var communication: UInt32 = 0
    var address: UInt32 = 0
    var alternate: UInt32 = 0
    /// PSMKR, PSMAR, PIR, LPTR.
    var pollMask: UInt32 = 0
    var pollMatch: UInt32 = 0
    var pollInterval: UInt32 = 0
    var lowPowerTimeout: UInt32 = 0

    /// Registers that read as what they hold; `offset` is a multiple of 4.
    subscript(offset: UInt32) -> UInt32 {
        switch offset {
        case 0x00: control
        case 0x04: device
        case 0x10: dataLength
        case 0x14: communication
        case 0x18: startAddress
        case 0x1C: alternate
        case 0x24: pollMask
        case 0x28: pollMatch
        case 0x2C: pollInterval
        case 0x30: lowPowerTimeout
        default: 0
        }
    }
    /// Writes a register that starts nothing.
    mutating func set(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0x04: device = value & 0x1F_0701
        case 0x10: length = value
        case 0x1C: alternate = value
        case 0x24: pollMask = value
        case 0x28: pollMatch = value
        case 0x2C: pollInterval = value & 0xFFFF
        case 0x30: lowPowerTimeout = value & 0xFFFF
        default: break
        }
    }

    // MARK: CR

    var isEnabled: Bool { control & 1 != 0 }
    /// TCEN: chip select rises when nobody reads the window for a while.
    var hasTimeout: Bool { control & 8 != 0 }
    var samplesLater: Bool { control & 0x10 != 0 }
    /// DFM.
    var isDualFlash: Bool { control >> 6 & 1 != 0 }
    /// FSEL, which means nothing in dual-flash mode.
    var banks: BankSet { isDualFlash ? .both : control >> 7 & 1 != 0 ? .second : .first }
    /// FTHRES + 1.
    var threshold: Int { Int(control >> 8 & 15) + 1 }
    /// APMS.
    var stopsAtMatch: Bool { control >> 22 & 1 != 0 }
    /// PMM: a match of any bit is one.
    var matchesAny: Bool { control >> 23 & 1 != 0 }
    /// PRESCALER + 1.
    var divider: UInt64 { UInt64(control >> 24) + 1 }

    // MARK: DCR

    /// Bytes of the memory space FSIZE describes: that of both chips together in dual-flash mode.
    var spaceSize: UInt64 { 2 << UInt64(device >> 16 & 31) }
    /// CSHT + 1, in clocks.
    var selectHighTime: Picoseconds { Picoseconds(device >> 8 & 7) + 1 }

    // MARK: CCR, DLR and AR

    /// FMODE.
    enum FunctionalMode: UInt32 { case indirectWrite, indirectRead, polling, mapped }
    var mode: FunctionalMode { FunctionalMode(rawValue: communication >> 26 & 3) ?? .indirectWrite }
    var hasInstruction: Bool { communication >> 8 & 3 != 0 }
    var hasAddress: Bool { communication >> 10 & 3 != 0 }
    var hasAlternate: Bool { communication >> 14 & 3 != 0 }
    /// SIOO.
    var sendsInstructionOnce: Bool { communication >> 28 & 1 != 0 }
    var hasData: Bool { communication >> 24 & 3 != 0 }

    /// DLR, whose bit 0 is stuck at 1 in dual-flash mode: the number of bytes is even.
    var dataLength: UInt32 { isDualFlash ? length | 1 : length }
    /// AR, whose bit 0 is stuck at 0 in dual-flash mode.
    var startAddress: UInt32 { isDualFlash ? address & ~1 : address }

    /// Bytes of the data phase of an indirect command; nil if it would leave the space (SR.TEF).
    var transferLength: UInt64? {
        let start = hasAddress ? UInt64(startAddress) : 0
        if hasAddress, start >= spaceSize { return nil }
        guard hasData else { return 0 }
        if dataLength == .max { return spaceSize - start }
        let count = UInt64(dataLength) + 1
        return hasAddress && start + count > spaceSize ? nil : count
    }
}
