// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import FlashController
import FlashLoader

extension FlashError: Diagnosable {
    package var code: String {
        switch self {
        case .geometry: "FLS-001"
        case .beyondFlash: "FLS-002"
        case .beyondAddressSpace: "FLS-003"
        case .nothingToDo: "FLS-004"
        case .unaligned: "FLS-005"
        case .invalidRange: "FLS-006"
        case .notBlank: "FLS-007"
        case .verifyMismatch: "FLS-008"
        case .needsErase: "FLS-009"
        case .neighbourDamaged: "FLS-010"
        case .hashDisagrees: "FLS-011"
        case .wrongCount: "FLS-012"
        case .device: "FLS-013"
        case .cancelled: "FLS-014"
        case .unstableRead: "FLS-015"
        case .eraseHadNoEffect: "FLS-016"
        case .rangeBeyondFlash: "FLS-017"
        case .beyondSectorTable: "FLS-018"
        case .writeProtected: "FLS-019"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .device: nil
        case .geometry, .beyondSectorTable: .loaderInvalid
        case .beyondFlash, .beyondAddressSpace: .imageBeyondFlash
        case .invalidRange: .usage
        case .nothingToDo, .rangeBeyondFlash, .unaligned, .needsErase: .refused
        case .writeProtected: .flashProtected
        case .notBlank: .notBlank
        case .verifyMismatch: .verifyMismatch
        case .eraseHadNoEffect(_, let after) where after.saysProtected: .flashProtected
        case .neighbourDamaged, .hashDisagrees, .wrongCount, .unstableRead, .eraseHadNoEffect: .flashFailed
        case .cancelled: .cancelled
        }
    }

    /// Even a failure of the device says here what the flash holds now; but where the probe is gone nobody looked, and that
    /// is all there is to tell.
    package var onlyPassesOn: Bool {
        guard case .device(_, _, let cause, _) = self else { return false }
        return FailureClass(of: cause) == .probeLost
    }

    package var summary: String {
        switch self {
        case .geometry(let problem): "the loader's description of its flash cannot be used: \(problem)"
        case .beyondFlash(let origin, let range, let flash):
            "\(origin) (\(range)) does not lie inside the flash (\(flash))"
        case .rangeBeyondFlash(let range, let flash):
            "the range \(range) does not lie inside the flash (\(flash))"
        case .beyondSectorTable(let origin, let range, let usable, let end):
            "\(origin.map { "\($0) (\(range))" } ?? "the range \(range)") lies in the flash, but not in what the loader's "
                + "sectors describe (\(usable)); \(end)"
        case .beyondAddressSpace(let origin, let address, let count):
            "\(origin): \(Format.count(count, "byte")) at \(address.hex) \(count == 1 ? "leaves" : "leave") the 32-bit address space"
        case .nothingToDo(let operation): "there is nothing to \(operation.rawValue): no bytes were given"
        case .unaligned(let range, let aligned):
            "\(range) does not consist of whole sectors; the sectors it touches are \(aligned)"
        case .invalidRange(let text, let problem): "\"\(text)\" is not an address range: \(problem)"
        case .notBlank(let finding, let after): "\(finding)\(after)"
        case .eraseHadNoEffect(let finding, let after):
            "after the erase \(finding)\(after)"
        case .verifyMismatch(let finding, let after): "\(finding)\(after)"
        case .needsErase(let byte, let sector, let origin):
            "\(origin) wants \(byte.expected.hex) at \(byte.address.hex), which holds \(byte.found.hex); "
                + "the sector \(sector) would have to be erased first; nothing was written"
        case .writeProtected(let range, let protection):
            "the flash on bank \(protection.bank) is write-protected at \(range): \(protection.status); nothing was changed"
        case .neighbourDamaged(let finding, let after): "\(finding)\(after)"
        case .hashDisagrees(let range, let after):
            "the hash computed on the target for \(range) is wrong although every byte reads back right"
                + "\(after)"
        case .wrongCount(let range, let got, let after):
            "reading \(range) (\(Format.count(range.count, "byte"))) gave \(Format.count(got, "byte"))\(after)"
        case .unstableRead(let byte, let after):
            "\(byte.address.hex) read as \(byte.expected.hex) and then as \(byte.found.hex)\(after)"
        case .device(let operation, let range, _, let after):
            "\(operation.rawValue) failed at \(range)\(after)"
        case .cancelled(let after): "stopped on request\(after)"
        }
    }

    package var cause: (any Diagnosable)? {
        if case .device(_, _, let cause, _) = self { cause } else { nil }
    }

    package var remedies: [String] {
        switch self {
        case .geometry: ["compare StorageInfo (extflash loader inspect) with the flash's data sheet"]
        case .beyondFlash:
            [
                "check the address the image was linked for, or give the right one with --address",
                "leave out the segments that belong to another memory",
            ]
        case .rangeBeyondFlash(let range, let flash):
            range.intersection(flash).map { ["the part inside the flash is \($0)"] } ?? [
                "give a range inside the flash"
            ]
        case .beyondSectorTable(_, _, _, let end):
            [
                "in the loader's source, make the sectors of StorageInfo add up to the size of the flash"
            ] + (end == .chipUnknown ? ["name the board (--board) so that its chip is known"] : [])
        case .beyondAddressSpace: ["check the address given for this file"]
        case .nothingToDo: ["check that the file is not empty"]
        case .unaligned(_, let aligned): ["give \(aligned), or let the range be widened to it with --widen"]
        case .invalidRange: ["write START+LENGTH (0x90000000+64k) or START..END with END not included"]
        case .notBlank: ["erase first"]
        case .eraseHadNoEffect(let finding, let after):
            finding.isRare ? [Self.stuckCells] : after.remedies ?? Self.noEffect
        case .verifyMismatch(let finding, let after):
            after.remedies
                ?? (after.journal.isUntouched && finding.nature != .pairsExchanged
                    ? ["program the image first"] : Self.remedies(for: finding.nature))
        case .needsErase: ["let the sectors be erased (--erase needed)"]
        case .writeProtected(_, let protection): [FlashFinding.unprotect(protection.clearing)]
        case .neighbourDamaged:
            [
                "do not use this loader: its erase covers more than the sectors in its StorageInfo",
                "in its source, make the sector table and the erase instruction agree, and the end of SectorErase inclusive",
            ]
        case .hashDisagrees:
            ["verify by reading back (--verify read)", "lower the QUADSPI clock of the loader"]
        case .wrongCount, .unstableRead:
            ["try again with a lower --speed", "lower the clock of the loader's QUADSPI"]
        case .device(let operation, _, _, let after): Self.remedies(for: after.state, after: operation)
        case .cancelled: []
        }
    }

    private static let noEffect = [
        "look at the status registers (extflash info): the block protection bits or the individual block locks may be set",
        "check the /WP pin, the supply of the flash and that the loader was made for this part",
    ]

    private static let stuckCells =
        "cells that stay programmed are worn out: use other sectors, or replace the flash"

    /// By what the range of an operation that the loader called a failure was found to hold.
    private static func remedies(for state: FlashRangeState?, after operation: FlashOperation) -> [String] {
        switch state {
        case .blank where operation != .program, .written:
            [
                "the \(operation.rawValue) did what it should: the loader's function must return 1 for success, and only then"
            ]
        case .notBlank(let finding) where finding.isRare: [stuckCells]
        // So few bytes may be all that the sector held.
        case .seemsUnchanged(_, let finding) where finding.isRare: [stuckCells] + noEffect
        case .notWritten(let finding) where finding.differingBytes <= finding.comparedBytes / 16:
            ["cells that do not take what is written are worn out: use other sectors, or replace the flash"]
        case .unchanged, .seemsUnchanged, .notBlank, .notWritten: noEffect
        case .blank, nil: []
        }
    }

    private static func remedies(for nature: MismatchNature) -> [String] {
        switch nature {
        case .programmingHadNoEffect: noEffect
        case .bitsNotErased:
            noEffect + ["the loader's erase may use other sector sizes than its table says"]
        case .pairsExchanged:
            [
                "two chips that work as one memory are in each other's places: exchange them, or program them again",
                "check that whatever programmed them took the same chip for the first one",
            ]
        case .bitsNotProgrammed, .mixed:
            [
                "lower the clock of the loader's QUADSPI and try again",
                "check the length and quality of the lines between processor and flash",
            ]
        }
    }

}

extension BlankFinding {
    /// Whether only some cells are not blank, not what a sector full of data holds.
    fileprivate var isRare: Bool { nonBlankBytes <= checkedBytes / 16 }
}

extension GeometryProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .impossibleSize(let start, let size): "\(size) bytes at \(start.hex)"
        case .noSectors: "its sector table is empty"
        case .sectorsLargerThanFlash(let size):
            "its first sector is larger than the whole flash (\(size) bytes)"
        case .tooManySectors: "its sector table lists millions of sectors"
        }
    }
}

extension RangeTextProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSeparator: "neither START+LENGTH nor START..END"
        case .badNumber(let text): "\"\(text)\" is not a number"
        case .badUnit(let text): "the unit \"\(text)\" is none of k, KiB, M, MiB, G, GiB"
        case .empty: "it holds no byte"
        case .backwards: "it ends before it starts"
        case .beyondAddressSpace: "it leaves the 32-bit address space"
        }
    }
}
