// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
package import TargetDescription

/// A loader in target RAM whose entry points can be called (STUB signatures).
package final class LoadedLoader {
    package let image: LoaderImage
    package let target: HeldTarget
    /// Most bytes one `write` takes: the RAM buffer's size.
    package let bufferSize: Int = 0

    /// Downloads and proves by reading back.
    ///
    /// Deadlines come from the flash's own maxima.
    package init(_ image: LoaderImage, on target: HeldTarget) throws(LoaderError) {
        (self.image, self.target) = (image, target)
    }
    package func initialize() throws(LoaderError) { throw .stub }
    /// `address` is a mapped address (0x9...); never called with no bytes.
    package func write(_ bytes: [UInt8], at address: UInt32) throws(LoaderError) { throw .stub }
    /// Erases the sectors that hold `first`...`last`, both inclusive.
    package func eraseSectors(from first: UInt32, through last: UInt32, isCancelled: () -> Bool)
        throws(LoaderError)
    { throw .stub }
    package func massErase(isCancelled: () -> Bool) throws(LoaderError) { throw .stub }
    package func read(_ count: Int, at address: UInt32) throws(LoaderError) -> [UInt8] { throw .stub }
    package func checkSum(of range: Range<UInt32>) throws(LoaderError) -> UInt32 { throw .stub }
}

package enum LoaderError: Error { case stub }
extension LoaderError: Diagnosable {
    package var code: String { "LDR-000" }
    package var summary: String { "stub" }
}
