// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashLoader

/// Why a flash operation did not succeed.
///
/// Every case that can happen after the first erase carries a ``FlashAftermath``: what was done until then, and what was
/// seen on the hardware when a proof failed.
package enum FlashError: Error {
    /// The loader's description of its flash cannot be used.
    case geometry(GeometryProblem)
    /// `origin` names the file and segment.
    case beyondFlash(origin: String, range: AddressRange, flash: AddressRange)
    /// A range that a person typed.
    case rangeBeyondFlash(AddressRange, flash: AddressRange)
    /// What the loader's sector table does not reach, although the flash does; `usable` is what it reaches.
    ///
    /// `origin` is nil for a range that a person typed.
    case beyondSectorTable(origin: String?, range: AddressRange, usable: AddressRange, SectorTableEnd)
    /// A segment that leaves the 32-bit address space.
    case beyondAddressSpace(origin: String, address: UInt32, count: Int)
    case nothingToDo(FlashOperation)
    /// The range does not consist of whole sectors; `aligned` does.
    case unaligned(AddressRange, aligned: AddressRange)
    case invalidRange(String, RangeTextProblem)
    /// What a blank check looks for.
    case notBlank(BlankFinding, FlashAftermath)
    /// Cells hold something although they were erased.
    case eraseHadNoEffect(BlankFinding, FlashAftermath)
    case verifyMismatch(VerifyFinding, FlashAftermath)
    /// Without erasing, the cell cannot become what the image says. Nothing was written.
    case needsErase(ByteMismatch, sector: AddressRange, origin: String)
    /// The flash's status bits keep a range that was to be changed from it. Nothing was changed.
    case writeProtected(AddressRange, WriteProtection)
    /// Bytes beside the erased sectors changed: the loader erases more than it says.
    case neighbourDamaged(NeighbourFinding, FlashAftermath)
    /// The hash on the target differs although every byte reads back right.
    case hashDisagrees(AddressRange, FlashAftermath)
    /// The device answered a read with another number of bytes.
    case wrongCount(AddressRange, got: Int, FlashAftermath)
    /// Two reads of the same bytes differ, so that what shares a sector cannot be kept safely.
    case unstableRead(ByteMismatch, FlashAftermath)
    case device(FlashOperation, AddressRange, cause: any Diagnosable, FlashAftermath)
    case cancelled(FlashAftermath)
}

/// What a job does at one moment.
package enum FlashOperation: String, Hashable, Sendable, CaseIterable {
    case program, erase, verify, blankCheck = "blank-check", checksum, read, hash
    case massErase = "mass erase"
}

extension FlashError {
    /// What was erased and programmed before the error; nothing when it came before the flash was looked at.
    package var journal: FlashJournal? { aftermath?.journal }

    package var aftermath: FlashAftermath? {
        switch self {
        case .notBlank(_, let aftermath), .eraseHadNoEffect(_, let aftermath),
            .verifyMismatch(_, let aftermath), .neighbourDamaged(_, let aftermath),
            .hashDisagrees(_, let aftermath), .wrongCount(_, _, let aftermath),
            .unstableRead(_, let aftermath), .device(_, _, _, let aftermath), .cancelled(let aftermath):
            aftermath
        case .geometry, .beyondFlash, .rangeBeyondFlash, .beyondSectorTable, .beyondAddressSpace,
            .nothingToDo,
            .unaligned, .invalidRange,
            .needsErase, .writeProtected:
            nil
        }
    }

    /// The same with a journal that knows of what was done since.
    func updated(_ journal: FlashJournal) -> FlashError {
        switch self {
        case .notBlank(let finding, let after): .notBlank(finding, after.updated(journal))
        case .eraseHadNoEffect(let finding, let after): .eraseHadNoEffect(finding, after.updated(journal))
        case .verifyMismatch(let finding, let after): .verifyMismatch(finding, after.updated(journal))
        case .neighbourDamaged(let finding, let after): .neighbourDamaged(finding, after.updated(journal))
        case .hashDisagrees(let range, let after): .hashDisagrees(range, after.updated(journal))
        case .wrongCount(let range, let got, let after): .wrongCount(range, got: got, after.updated(journal))
        case .unstableRead(let byte, let after): .unstableRead(byte, after.updated(journal))
        case .device(let operation, let range, let cause, let after):
            .device(operation, range, cause: cause, after.updated(journal))
        case .cancelled(let after): .cancelled(after.updated(journal))
        case .geometry, .beyondFlash, .rangeBeyondFlash, .beyondSectorTable, .beyondAddressSpace,
            .nothingToDo, .unaligned,
            .invalidRange,
            .needsErase, .writeProtected:
            self
        }
    }
}
