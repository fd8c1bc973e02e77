// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// One thing to do to the flash.
package enum FlashStep: Hashable, Sendable {
    case massErase
    /// Whole sectors.
    case erase(AddressRange)
    case program(AddressRange)
    /// Erases and programs one sector without stopping in between, because it holds bytes of somebody else.
    case rewrite(TouchedSector, program: AddressRangeSet)
}

/// What will be done to the flash, decided before anything is changed.
package struct FlashPlan: Hashable, Sendable {
    /// In this order: erase, program, and last the sectors whose other bytes must be put back.
    package let steps: [FlashStep]
    /// All sectors the image touches; what is verified.
    package let touched: AddressRangeSet
    /// Sectors that hold what they should already.
    package let unchanged: AddressRangeSet
    /// Bytes beside the image that are put back.
    package let restoredBytes: Int
    /// Pages beside the erased sectors, looked at before and after: a loader may erase more than it was told.
    package let guards: [AddressRange]

    package var erased: AddressRangeSet {
        AddressRangeSet(
            steps.compactMap { step in
                switch step {
                case .erase(let range): range
                case .rewrite(let sector, _): sector.range
                case .massErase, .program: nil
                }
            })
    }
    package var programmed: AddressRangeSet {
        var programmed = AddressRangeSet()
        for step in steps {
            switch step {
            case .program(let range): programmed.insert(range)
            case .rewrite(_, let program): for range in program.ranges { programmed.insert(range) }
            case .massErase, .erase: break
            }
        }
        return programmed
    }
    package var usesMassErase: Bool { steps.contains(.massErase) }

    package init(
        _ findings: [(sector: TouchedSector, finding: SectorFinding)], on geometry: FlashGeometry,
        options: ProgramOptions, canMassErase: Bool
    ) {
        var (erase, program, unchanged) = (AddressRangeSet(), AddressRangeSet(), AddressRangeSet())
        var (rewrites, restored): ([FlashStep], Int) = ([], 0)
        for (sector, finding) in findings {
            switch finding {
            case .unchanged: unchanged.insert(sector.range)
            case .programmable(let pages, _): for page in pages.ranges { program.insert(page) }
            case .needsErase(let pages, restoredBytes: 0):
                erase.insert(sector.range)
                for page in pages.ranges { program.insert(page) }
            case .needsErase(let pages, let count):
                rewrites.append(.rewrite(sector, program: pages))
                restored += count
            }
        }
        let wholeChip = options.erase == .chip
        if wholeChip { erase.insert(geometry.range) }
        let mass =
            canMassErase
            && (wholeChip
                || Self.prefersMassErase(findings, on: geometry, erase: erase, times: options.times))
        steps =
            (mass ? [.massErase] : erase.ranges.map(FlashStep.erase)) + program.ranges.map(FlashStep.program)
            + rewrites
        touched = AddressRangeSet(findings.map(\.sector.range))
        self.unchanged = unchanged
        restoredBytes = restored
        guards = mass || wholeChip ? [] : Self.guards(of: findings, on: geometry, touched: touched)
    }

    /// Only when nothing on the chip is worth keeping and the typical times say that it is faster.
    private static func prefersMassErase(
        _ findings: [(sector: TouchedSector, finding: SectorFinding)], on geometry: FlashGeometry,
        erase: AddressRangeSet, times: FlashTimes
    ) -> Bool {
        guard geometry.describesWholeChip, findings.count == geometry.sectorCount else { return false }
        var bySectors = Duration.zero
        for (sector, finding) in findings {
            switch finding {
            case .needsErase(_, restoredBytes: 0): bySectors += times.erase(sectorOf: sector.range.count)
            case .programmable(_, isBlank: true): break
            case .programmable, .needsErase, .unchanged: return false
            }
        }
        return times.massErase(of: geometry.range.count) < bySectors
    }

    private static func guards(
        of findings: [(sector: TouchedSector, finding: SectorFinding)], on geometry: FlashGeometry,
        touched: AddressRangeSet
    ) -> [AddressRange] {
        var erased = AddressRangeSet()
        for case (let sector, .needsErase) in findings { erased.insert(sector.range) }
        return erased.neighbours(within: geometry.readableRange, page: geometry.pageSize)
            .filter { !touched.intersects($0) }
    }
}

extension AddressRangeSet {
    /// The page before and the page after each range.
    func neighbours(within limits: AddressRange, page: Int) -> [AddressRange] {
        ranges.flatMap { range in
            [
                AddressRange(max(0, range.bounds.lowerBound - page)..<range.bounds.lowerBound),
                AddressRange(range.bounds.upperBound..<range.bounds.upperBound + page),
            ].compactMap { $0?.intersection(limits) }
        }
    }
}

extension FlashPlan: CustomStringConvertible {
    /// One line per step, for `--dry-run` and `--verbose`.
    package var description: String {
        var lines = steps.map { step in
            switch step {
            case .massErase: "erase the whole chip"
            case .erase(let range): "erase   \(range) (\(range.count) bytes)"
            case .program(let range): "program \(range) (\(range.count) bytes)"
            case .rewrite(let sector, let program): "rewrite \(sector.range), programming \(program)"
            }
        }
        if !unchanged.isEmpty { lines.append("skip    \(unchanged), unchanged") }
        lines.append("verify  \(touched)")
        return lines.joined(separator: "\n")
    }
}
