// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming

/// What proves that the flash can be read at the board's fastest clock.
extension AgentEngine {
    private static let sampleCount = 4
    private static let sampleSize = 256

    private var samplePlaces: [AddressRange] {
        let flash = geometry.readableRange
        let step = flash.count / Self.sampleCount
        guard step >= Self.sampleSize else { return [] }
        return (0..<Self.sampleCount).map {
            AddressRange(start: flash.start + UInt32($0 * step), count: Self.sampleSize)
        }
    }

    /// What the flash holds here and there, as the loader's own clock shows it.
    func samplesByLoader() throws(AgentError) -> [[UInt8]] {
        var samples: [[UInt8]] = []
        do {
            for place in samplePlaces { samples.append(try loader.read(place.count, at: place.start)) }
        } catch {
            throw .loader(error)
        }
        return samples
    }

    /// Bytes that come too late would be read wrong in the same way every time, and put back wrong.
    func areRight(_ samples: [[UInt8]]) throws(AgentError) -> Bool {
        for (place, sample) in zip(samplePlaces, samples) {
            do throws(Ending) { if try readMapped(place, { false }) != sample { return false } } catch {
                guard case .broken(let broken) = error else { return false }
                throw broken
            }
        }
        return true
    }
}
