// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ProductionJobs

/// What the station's own memory cannot do.
package enum StoreError: Error, Hashable, Sendable {
    /// SQLite's own words.
    case database(path: String, detail: String)
    case diskFull(path: String)
    /// Not a database, or damaged.
    case corrupt(path: String, detail: String)
    /// Made by a later version.
    case tooNew(path: String)
    case file(path: String, detail: String)
    case keyUnusable(path: String)
    case unknownPool(String)
    case poolExhausted(String)
    /// Another kind, start or list than it was made with.
    case poolDiffers(String)
    /// Every leased value was given, and the central database has not leased further ones yet.
    case leaseUsedUp(String)
    /// Values may have been given twice if this one were.
    case leasesSuspended(String, detail: String)
    case unknownUnit(String)
    case unitClosed(String)
    case unitGood(serial: String, unit: String)
    case attemptsUsed(serial: String, attempts: Int)
    case serialRepeated(pool: String, value: String, unit: String)
    case unknownRecipe(String)
    case recipeNotApproved(name: String, hash: ContentHash)
    case unknownImage(ContentHash)
    /// What was sent has another hash than was said.
    case imageDiffers(expected: ContentHash, found: ContentHash)
    /// Its file no longer has the contents it had.
    case imageDamaged(ContentHash)
    case imageTooLarge(limit: UInt64)
    case imagesFull(limit: UInt64)
    /// Somebody else sends the same one at this moment.
    case imageBusy(ContentHash)
    case unknownBatch(String)
    case batchExists(String)
    case batchFull(name: String, limit: Int)
    case batchClosed(String)
    case unknownJob(String)
    case queueFull(limit: Int)
    /// The same key was sent with another request before.
    case keyReused(String)
    case unknownToken(String)
    case tokenExists(String)
}

extension StoreError: Diagnosable {
    package var code: String {
        switch self {
        case .database: "STO-001"
        case .diskFull: "STO-002"
        case .corrupt: "STO-003"
        case .tooNew: "STO-004"
        case .file: "STO-005"
        case .keyUnusable: "STO-006"
        case .unknownPool: "STO-010"
        case .poolExhausted: "STO-011"
        case .poolDiffers: "STO-012"
        case .leaseUsedUp: "STO-013"
        case .leasesSuspended: "STO-014"
        case .unknownUnit: "STO-020"
        case .unitClosed: "STO-021"
        case .unitGood: "STO-022"
        case .serialRepeated: "STO-023"
        case .attemptsUsed: "STO-024"
        case .unknownRecipe: "STO-030"
        case .recipeNotApproved: "STO-031"
        case .unknownImage: "STO-032"
        case .imageDiffers: "STO-033"
        case .imageDamaged: "STO-034"
        case .imageTooLarge: "STO-035"
        case .imagesFull: "STO-036"
        case .imageBusy: "STO-037"
        case .unknownBatch: "STO-040"
        case .batchExists: "STO-041"
        case .batchFull: "STO-042"
        case .batchClosed: "STO-043"
        case .unknownJob: "STO-050"
        case .queueFull: "STO-051"
        case .keyReused: "STO-052"
        case .unknownToken: "STO-060"
        case .tokenExists: "STO-061"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .database, .diskFull, .corrupt, .tooNew, .file, .keyUnusable, .imageDamaged: .fileUnusable
        default: .refused
        }
    }
}
