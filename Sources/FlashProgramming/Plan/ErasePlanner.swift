// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a sector means for the choice of what is erased around it.
struct SectorNeed: Hashable, Sendable {
    enum Need: Hashable, Sendable {
        case mustErase
        /// It need not be erased; if it is all the same, bringing back what it holds costs this.
        case mayErase(Duration)
        case mustStay
    }
    let range: AddressRange
    let need: Need
}

/// A block of the largest erase unit and what its sectors need, in address order.
struct EraseBlock: Hashable, Sendable {
    let range: AddressRange
    let needs: [SectorNeed]

    init(range: AddressRange, needs: [SectorNeed]) { (self.range, self.needs) = (range, needs) }

    /// Everything in `sectors` must be erased, nothing else may be.
    init(range: AddressRange, in sectors: AddressRangeSet, _ geometry: FlashGeometry) {
        self.range = range
        needs = geometry.sectors(touching: range).map {
            SectorNeed(range: $0, need: sectors.contains($0) ? .mustErase : .mustStay)
        }
    }
}

/// Chooses the cheapest units to erase in one block of the largest kind.
struct ErasePlanner {
    let costs: EraseCosts
    /// Whether units are used of which it is not known that the device erases them as one.
    let usesUncertainUnits: Bool

    struct Choice: Hashable, Sendable {
        var regions = AddressRangeSet()
        var cost = Duration.zero
        /// Whether sectors are erased that need not be, in a unit of which it is not known that it exists.
        var usesUncertainUnits = false
    }

    init(costs: EraseCosts, usesUncertainUnits: Bool) {
        (self.costs, self.usesUncertainUnits) = (costs, usesUncertainUnits)
    }

    /// Trying a unit costs a whole block by sectors if the device does without it: only where more is to be won.
    init(costs: EraseCosts, _ blocks: [EraseBlock]) {
        let trying = ErasePlanner(costs: costs, usesUncertainUnits: true)
        let careful = ErasePlanner(costs: costs, usesUncertainUnits: false)
        var (won, risked) = (Duration.zero, Duration.zero)
        for block in blocks {
            let choice = trying.choose(block.needs, in: block.range)
            won += careful.choose(block.needs, in: block.range).cost - choice.cost
            if choice.usesUncertainUnits { risked = max(risked, costs.timeBySectors(of: block.range)) }
        }
        self.init(costs: costs, usesUncertainUnits: won > risked)
    }

    func regions(_ blocks: [EraseBlock]) -> AddressRangeSet {
        var regions = AddressRangeSet()
        for block in blocks {
            for region in choose(block.needs, in: block.range).regions.ranges { regions.insert(region) }
        }
        return regions
    }

    /// `needs` are all sectors of the block, in address order.
    func choose(_ needs: [SectorNeed], in block: AddressRange) -> Choice {
        guard needs.contains(where: { $0.need == .mustErase }) else { return Choice() }
        let isGamble = !costs.isCertain(block.count) && needs.contains { $0.need != .mustErase }
        let whole = isGamble && !usesUncertainUnits ? nil : wholeCost(needs, of: block)
        guard needs.count > 1 else {
            return Choice(regions: AddressRangeSet([block]), cost: whole ?? .zero)
        }
        var parts = Choice()
        var next = 0
        for part in costs.units(in: block, below: block.count) {
            let first = next
            while next < needs.count, part.contains(needs[next].range) { next += 1 }
            let choice = choose(Array(needs[first..<next]), in: part)
            for region in choice.regions.ranges { parts.regions.insert(region) }
            parts.cost += choice.cost
            parts.usesUncertainUnits = parts.usesUncertainUnits || choice.usesUncertainUnits
        }
        // Sectors that are erased anyway are asked for in one call, and a device that can takes the larger unit.
        if let whole, whole < parts.cost || parts.regions.contains(block) {
            return Choice(
                regions: AddressRangeSet([block]), cost: whole,
                usesUncertainUnits: isGamble || parts.usesUncertainUnits)
        }
        return parts
    }

    /// Nothing when the block may not be erased as one.
    private func wholeCost(_ needs: [SectorNeed], of block: AddressRange) -> Duration? {
        var cost = costs.time(ofUnit: block.count)
        for need in needs {
            switch need.need {
            case .mustErase: break
            case .mayErase(let restoring): cost += restoring
            case .mustStay: return nil
            }
        }
        return cost
    }
}
