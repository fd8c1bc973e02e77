// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// Lines beyond which a geometry is taken for a misreading (the largest M7 cache has 2048).
    private static let lineLimit = 65_536

    /// Writes dirty lines back, then switches both caches off, and the traps that compiled code does not expect.
    func switchCachesOff() throws(CoreError) {
        var configuration = RegisterValue<ConfigurationControl>(
            rawValue: try read(SystemAddress.configurationControl, during: .clean))
        if configuration.dataCache {
            try maintain(SystemAddress.dataCacheCleanInvalidateSetWay)
            trace(.debug, "data cache written back", ["core": name])
        }
        let hadInstructions = configuration.instructionCache
        (configuration.dataCache, configuration.instructionCache) = (false, false)
        (configuration.trapsUnaligned, configuration.trapsDivisionByZero) = (false, false)
        try write(configuration.rawValue, SystemAddress.configurationControl, during: .clean)
        if hadInstructions { try write(0, SystemAddress.instructionCacheInvalidateAll, during: .clean) }
    }

    /// One maintenance write for each line of the L1 data cache (ARMv7-M ARM §B2.2.7).
    private func maintain(_ operation: UInt32) throws(CoreError) {
        try write(0, SystemAddress.cacheSelect, during: .clean)
        let size = RegisterValue<CacheSize>(rawValue: try read(SystemAddress.cacheSize, during: .clean))
        let sets = Int(size.sets) + 1
        let ways = Int(size.associativity) + 1
        guard sets * ways <= Self.lineLimit else { throw .implausibleCache(core: name, size) }
        let setShift = UInt32(size.lineSize) + 4
        // The way is in the top bits, as many as its highest number needs.
        let wayShift = UInt32((UInt32(ways) &- 1).leadingZeroBitCount)
        var values: [UInt32] = []
        values.reserveCapacity(sets * ways)
        for way in 0..<UInt32(ways) {
            for set in 0..<UInt32(sets) {
                values.append((ways == 1 ? 0 : way << wayShift) | set << setShift)
            }
        }
        try access(.clean) { () throws(DebugAccessError) in try memory.writeRepeatedly(values, at: operation)
        }
    }
}
