// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashLoader

/// A flash that can be read, erased and programmed, whatever does it.
///
/// Implemented by ``LoaderFlashDevice`` over a loader on the target and by a model of NOR cells in the tests. No
/// answer is trusted: what counts is what a later `read` or `sha256` shows.
package protocol FlashDevice: AnyObject {
    var geometry: FlashGeometry { get }
    /// Most bytes one `program` takes; at least 1.
    var programLimit: Int { get }
    /// Bytes per `read` that cost little more per byte than larger reads would.
    var readLimit: Int { get }
    var canMassErase: Bool { get }
    /// Whether `sha256` answers, computed on the target from what the flash holds.
    var hashesOnTarget: Bool { get }
    /// Time the target has spent executing for this device so far; the rest of an operation is the link's.
    var targetTime: Duration { get }

    /// What is known not to take an erase or a write; nil where nothing is.
    var protection: WriteProtection? { get }

    func read(_ range: AddressRange) throws(FlashDeviceFailure) -> [UInt8]
    /// `range` is whole sectors; `poll` is called while the flash is busy and answers true to give up.
    func eraseSectors(_ range: AddressRange, poll: () -> Bool) throws(FlashDeviceFailure)
    func massErase(poll: () -> Bool) throws(FlashDeviceFailure)
    /// `bytes` are 1 to `programLimit`; `next` is what the following `program` will bring, empty when that is not known.
    ///
    /// `next` may be carried to the target meanwhile. It may not be programmed: it may never be asked for.
    func program(_ bytes: [UInt8], at address: UInt32, next: [UInt8]) throws(FlashDeviceFailure)
    func sha256(of range: AddressRange, poll: () -> Bool) throws(FlashDeviceFailure) -> SHA256.Digest
    /// Board, controller and flash as they are now, what matters most first.
    ///
    /// For a proof that failed although every call said that it succeeded. What cannot be looked at is a finding, too.
    func findings() -> [LoaderFinding]
}

/// Why a device did not do what it was asked.
package enum FlashDeviceFailure: Error {
    /// The operation came back and said that it was not done; asking again does no harm.
    case refused(any Diagnosable)
    /// The way to the flash broke: probe, core or loader. Nothing may be asked again.
    case failed(any Diagnosable)
    /// `poll` asked for it; how far the operation came is unknown.
    case stopped
}
