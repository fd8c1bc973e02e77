// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashProgramming

/// One entry of a station's chain of records.
///
/// Each entry's hash covers the hash before it, so that an entry that is changed, taken out or moved breaks the chain
/// from there on.
package struct RecordEntry: Hashable, Sendable {
    /// From 1, without gaps.
    package var sequence: Int64
    package var kind: Kind
    package var unit: String
    /// The JSON text, as it was hashed.
    package var body: String
    package var previous: ContentHash
    package var hash: ContentHash

    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case opened, closed
    }

    package init(
        sequence: Int64, kind: Kind, unit: String, body: String, previous: ContentHash, hash: ContentHash
    ) {
        (self.sequence, self.kind, self.unit) = (sequence, kind, unit)
        (self.body, self.previous, self.hash) = (body, previous, hash)
    }

    /// The entry that follows `previous`, which is nil for the first.
    package init(following previous: RecordEntry?, kind: Kind, unit: String, body: String) {
        let before = previous?.hash ?? Self.origin
        let sequence = (previous?.sequence ?? 0) + 1
        self.init(
            sequence: sequence, kind: kind, unit: unit, body: body, previous: before,
            hash: Self.hash(sequence, kind, unit, body, before))
    }

    /// What its hash must be.
    package var expectedHash: ContentHash { Self.hash(sequence, kind, unit, body, previous) }

    /// Stands before the first entry.
    package static let origin = ContentHash(of: Array("extflash records, version 1".utf8))

    /// Every field with its length before it, so that no two entries give the same bytes.
    private static func hash(
        _ sequence: Int64, _ kind: Kind, _ unit: String, _ body: String, _ previous: ContentHash
    ) -> ContentHash {
        let fields = [previous.description, String(sequence), kind.rawValue, unit, body]
        return ContentHash(of: fields.flatMap { Array("\($0.utf8.count):".utf8) + Array($0.utf8) })
    }
}
