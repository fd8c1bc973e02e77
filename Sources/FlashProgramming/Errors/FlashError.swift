// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a flash operation did not succeed.
///
/// Every case that can happen after the first erase carries the ``FlashJournal`` of what was done until then.
package enum FlashError: Error {
    /// The loader's description of its flash cannot be used.
    case geometry(GeometryProblem)
    /// `origin` names the file and segment, or the range a person typed.
    case beyondFlash(origin: String, range: AddressRange, flash: AddressRange)
    /// A segment that leaves the 32-bit address space.
    case beyondAddressSpace(origin: String, address: UInt32, count: Int)
    case nothingToDo(FlashOperation)
    /// The range does not consist of whole sectors; `aligned` does.
    case unaligned(AddressRange, aligned: AddressRange)
    case invalidRange(String, RangeTextProblem)
    /// What a blank check looks for.
    case notBlank(BlankFinding)
    /// Cells hold something although they were erased.
    case eraseHadNoEffect(BlankFinding, FlashJournal)
    case verifyMismatch(VerifyFinding, FlashJournal)
    /// Without erasing, the cell cannot become what the image says. Nothing was written.
    case needsErase(ByteMismatch, sector: AddressRange, origin: String)
    /// Bytes beside the erased sectors changed: the loader erases more than it says.
    case neighbourDamaged(ByteMismatch, FlashJournal)
    /// The hash on the target differs although every byte reads back right.
    case hashDisagrees(AddressRange, FlashJournal)
    /// The device answered a read with another number of bytes.
    case wrongCount(AddressRange, got: Int, FlashJournal)
    /// Two reads of the same bytes differ, so that what shares a sector cannot be kept safely.
    case unstableRead(ByteMismatch, FlashJournal)
    case device(FlashOperation, AddressRange, cause: any Diagnosable, FlashJournal)
    case cancelled(FlashJournal)
}

/// What a job does at one moment.
package enum FlashOperation: String, Hashable, Sendable, CaseIterable {
    case program, erase, verify, blankCheck = "blank-check", checksum, read, hash
    case massErase = "mass erase"
}

extension FlashError {
    /// What was erased and programmed before the error; nothing when it came before the first erase.
    package var journal: FlashJournal? {
        switch self {
        case .eraseHadNoEffect(_, let journal), .verifyMismatch(_, let journal),
            .neighbourDamaged(_, let journal),
            .hashDisagrees(_, let journal), .wrongCount(_, _, let journal), .unstableRead(_, let journal),
            .device(_, _, _, let journal),
            .cancelled(let journal):
            journal
        case .geometry, .beyondFlash, .beyondAddressSpace, .nothingToDo, .unaligned, .invalidRange, .notBlank,
            .needsErase:
            nil
        }
    }
}
