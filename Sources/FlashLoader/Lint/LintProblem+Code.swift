// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension LintProblem {
    /// Never changes its meaning.
    package var code: String {
        switch self {
        case .noRoomForBreakpoint: "LNT-001"
        case .outsideRAM: "LNT-002"
        case .noRoom: "LNT-003"
        case .sectorsDoNotSum: "LNT-010"
        case .impossiblePage: "LNT-011"
        case .oddSector: "LNT-012"
        case .notMapped: "LNT-013"
        case .otherSize: "LNT-014"
        case .otherSectors: "LNT-015"
        case .nameDiffers: "LNT-016"
        case .noWayToRead: "LNT-017"
        case .notSerialFlash: "LNT-018"
        case .stackBeyondOurs: "LNT-020"
        case .stackBeyondVendors: "LNT-021"
        case .endlessRecursion: "LNT-022"
        case .readsUncleared: "LNT-030"
        case .dataElsewhere: "LNT-031"
        case .constructors: "LNT-032"
        case .setUpByApplication: "LNT-033"
        case .enablesInterrupts: "LNT-040"
        case .movesVectors: "LNT-041"
        case .tickInterrupt: "LNT-042"
        case .waitsForInterrupt: "LNT-043"
        case .constantTick: "LNT-050"
        case .tickNeedsInterrupt: "LNT-051"
        case .delayNeverEnds: "LNT-052"
        case .waitsForMemory: "LNT-053"
        case .unboundedWait: "LNT-054"
        case .endlessLoop: "LNT-055"
        case .usesHostsRAM: "LNT-060"
        case .usesInternalFlash: "LNT-061"
        case .usesForeignRAM: "LNT-062"
        case .absoluteAddress: "LNT-063"
        case .nothingThere: "LNT-064"
        case .unalignedAccess: "LNT-065"
        case .lackingInstruction: "LNT-070"
        case .noThumbBit: "LNT-071"
        case .breakpoint: "LNT-072"
        case .supervisorCall: "LNT-073"
        case .resetsTarget: "LNT-074"
        case .floatingPointOff: "LNT-075"
        case .armState: "LNT-076"
        }
    }

    package var severity: LintFinding.Severity {
        switch self {
        case .noRoomForBreakpoint, .nameDiffers, .noWayToRead, .notSerialFlash, .stackBeyondVendors,
            .readsUncleared, .dataElsewhere, .enablesInterrupts, .movesVectors, .tickInterrupt,
            .floatingPointOff:
            .vendor
        case .sectorsDoNotSum, .impossiblePage, .oddSector, .constantTick, .unboundedWait, .endlessLoop,
            .usesForeignRAM, .waitsForInterrupt, .noThumbBit:
            .risk
        default: .failure
        }
    }
}
