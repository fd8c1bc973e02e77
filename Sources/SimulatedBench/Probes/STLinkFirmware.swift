// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A firmware version of an ST-LINK, and what it can do.
struct STLinkFirmware: Hashable {
    /// 2 for V2 and V2-1, 3 for V3.
    var generation: Int
    /// The "J" number: JTAG/SWD.
    var debug: Int
    /// "S" (SWIM) or "M" (mass storage), whichever the model has; `letter` tells.
    var companion: Int
    var letter: Character

    /// `V2J28`, `V2J16S0`, `V3J5M2`; nil when it is none, or cannot be told in the version answer's fields.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /V([23])J([0-9]{1,2})(?:([SM])([0-9]{1,2}))?/),
            let generation = Int(match.1), let debug = Int(match.2), (1...63).contains(debug)
        else { return nil }
        let companion = match.4.flatMap { Int($0) } ?? 0
        guard (0...63).contains(companion) else { return nil }
        (self.generation, self.debug, self.companion) = (generation, debug, companion)
        letter = match.3?.first ?? "S"
    }

    /// From which "J" on V2 and V3 firmware know something; nil for never.
    private func has(v2: Int?, v3: Int?) -> Bool {
        guard let minimum = generation == 2 ? v2 : v3 else { return false }
        return debug >= minimum
    }

    var hasTraceAndVoltage: Bool { has(v2: 13, v3: 1) }
    var hasLongStatus: Bool { has(v2: 15, v3: 1) }
    var hasSWDDivisor: Bool { has(v2: 22, v3: nil) }
    var hasJTAGDivisor: Bool { has(v2: 24, v3: nil) }
    var hasFrequencyTable: Bool { has(v2: nil, v3: 1) }
    var hasDAPRegisters: Bool { has(v2: 24, v3: 1) }
    var hasHalfwords: Bool { has(v2: 26, v3: 1) }
    var hasFixedAddressWrite: Bool { has(v2: 26, v3: 1) }
    var hasAccessPorts: Bool { has(v2: 28, v3: 1) }
    var hasBlink: Bool { has(v2: 28, v3: 1) }
    var hasBankedDebugPort: Bool { has(v2: 32, v3: 2) }
    var hasControlWord: Bool { has(v2: 32, v3: 2) }
    var hasScatterGather: Bool { has(v2: 32, v3: 2) }
    var hasFixedAddressRead: Bool { has(v2: 32, v3: 2) }
    var hasTestRegister: Bool { has(v2: 35, v3: 5) }
    var hasBoardIdentifiers: Bool { has(v2: 36, v3: 6) }
    /// Memory behind an access port that was not opened is refused.
    var enforcesOpenAccessPorts: Bool { has(v2: 37, v3: 7) }
    /// The serial number is text; before, its twelve raw bytes stood in for characters.
    var hasTextSerial: Bool { has(v2: 21, v3: 1) }
    /// Bytes an 8-bit block may have; more stops the firmware.
    var byteBlockLimit: Int { has(v2: nil, v3: 6) ? 512 : 64 }
    /// Leaving the debug mode without being in it hangs this firmware (seen on V3J15).
    var hangsOnStrayExit: Bool { has(v2: nil, v3: 15) }
    /// The block engine lets TAR count by itself; before, every word cost TAR, DRW and RDBUFF transfers.
    var usesAutoIncrement: Bool { has(v2: 32, v3: 1) }
}
