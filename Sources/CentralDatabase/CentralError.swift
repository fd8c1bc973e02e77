// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ProductionJobs

/// What the database that stations share does not do, or cannot be asked.
package enum CentralError: Error, Hashable, Sendable {
    /// libpq's own words.
    case unreachable(database: String, detail: String)
    case timedOut(database: String, during: String, after: Duration)
    /// The connection broke in the middle of an exchange.
    case lost(database: String, detail: String)
    /// An error of the server that has no case of its own, with its SQLSTATE.
    case server(state: String, detail: String)
    case stopped
    case notEncrypted(database: String)
    case passwordUnusable(path: String, detail: String)
    case notInitialized(database: String)
    case olderSchema(found: Int, needed: Int)
    case newerSchema(found: Int, known: Int)
    case wrongEncoding(String)
    /// What it answered is not what was asked for.
    case badAnswer(String)
    /// Another station has the same name.
    case otherKey(station: String)
    /// The database has another record under that number.
    case recordsDiffer(station: String, sequence: Int64)
    /// The station's own records end before those that the database has of it.
    case stationBehind(station: String, central: Int64, own: Int64)
    /// The entry is not what its hash says, or does not follow the one before.
    case chainBroken(station: String, sequence: Int64)
    /// A number is missing before it: the database was put back from an older copy.
    case gap(station: String, sequence: Int64)
    /// Serial numbers were leased from another database than this.
    case otherCentral(database: String)
    case unknownPool(String)
    case poolExhausted(String)
    case poolDiffers(String)
    /// Values that this station holds were leased to another one too.
    case leaseOverlaps(pool: String, detail: String)
    case unknownRecipe(ContentHash)
    case unknownImage(ContentHash)
    case incompleteImage(ContentHash)
    case damaged(ContentHash)
}

extension CentralError: Diagnosable {
    package var code: String {
        switch self {
        case .unreachable: "CEN-001"
        case .timedOut: "CEN-002"
        case .lost: "CEN-003"
        case .server: "CEN-004"
        case .stopped: "CEN-005"
        case .notEncrypted: "CEN-006"
        case .passwordUnusable: "CEN-007"
        case .notInitialized: "CEN-008"
        case .olderSchema: "CEN-009"
        case .newerSchema: "CEN-010"
        case .wrongEncoding: "CEN-011"
        case .badAnswer: "CEN-012"
        case .otherKey: "CEN-020"
        case .recordsDiffer: "CEN-021"
        case .stationBehind: "CEN-022"
        case .chainBroken: "CEN-023"
        case .gap: "CEN-024"
        case .otherCentral: "CEN-025"
        case .unknownPool: "CEN-030"
        case .poolExhausted: "CEN-031"
        case .poolDiffers: "CEN-032"
        case .leaseOverlaps: "CEN-033"
        case .unknownRecipe: "CEN-040"
        case .unknownImage: "CEN-041"
        case .incompleteImage: "CEN-042"
        case .damaged: "CEN-043"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .passwordUnusable: .fileUnusable
        case .stopped: .cancelled
        case .unreachable, .timedOut, .lost, .notEncrypted, .notInitialized, .olderSchema, .newerSchema,
            .wrongEncoding:
            .machineUnsuitable
        default: .refused
        }
    }

    /// Nothing but a person can settle it: trying again gives the same answer.
    package var isConflict: Bool {
        switch self {
        case .otherKey, .recordsDiffer, .stationBehind, .chainBroken, .otherCentral, .leaseOverlaps: true
        default: false
        }
    }

    /// Only one pool is concerned; all else goes on.
    package var concernsPoolOnly: Bool {
        switch self {
        case .unknownPool, .poolExhausted, .poolDiffers: true
        default: false
        }
    }
}
