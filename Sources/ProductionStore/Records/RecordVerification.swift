// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
import ProductionJobs

/// What is wrong with a chain of records.
package enum RecordFinding: Hashable, Sendable {
    /// The row is none of ours.
    case unreadable(sequence: Int64)
    /// Its contents are not those that were hashed.
    case changed(sequence: Int64)
    /// A number is missing before it.
    case missing(sequence: Int64)
    /// It does not follow the entry before it.
    case unlinked(sequence: Int64)
    /// No signed head, though there are records.
    case noHead
    /// The signature is not the station's.
    case badSignature
    /// The signed head is not the last entry: the newest entries were taken away, or added by somebody else.
    case otherHead(signed: Int64, found: Int64)
    /// There are records, but no head of this station beside the database: somebody took it away.
    case noKeptHead
    /// The head kept beside the database is of an entry that is not there any more.
    case olderDatabase(kept: Int64, found: Int64)

    package var text: String {
        switch self {
        case .unreadable(let sequence): "record \(sequence) cannot be read"
        case .changed(let sequence): "record \(sequence) was changed after it was written"
        case .missing(let sequence): "record \(sequence) is missing"
        case .unlinked(let sequence): "record \(sequence) does not follow the one before it"
        case .noHead: "there are records, but no signed end"
        case .badSignature: "the end of the records is not signed by this station"
        case .otherHead(let signed, let found):
            "the signed end is record \(signed), the last one that is there is \(found)"
        case .noKeptHead:
            "the end of the records is not kept beside the database, or not signed by this station"
        case .olderDatabase(let kept, let found):
            "record \(kept) was written, the last one that is there is \(found): newest records were taken away"
        }
    }
}

extension RecordStore {
    /// Goes over every record; empty when all is as it was written.
    ///
    /// `publicKey` is the one that was noted when the station was set up; nil takes the station's own key, which does
    /// not notice that both were exchanged.
    package func verify(publicKey: String? = nil, limit: Int = 100) throws(StoreError) -> [RecordFinding] {
        try RecordFinding.all(
            in: database, keptHead: keptHead, publicKey: publicKey ?? key.publicKey, limit: limit)
    }
}

extension RecordFinding {
    static func all(
        in database: ProductionDatabase, keptHead: KeptHead, publicKey: String, limit: Int
    ) throws(StoreError) -> [RecordFinding] {
        let kept = keptHead.head(publicKey: publicKey)
        return try database.read { database in
            var check = ChainCheck(limit: limit)
            try RecordEntry.forEach(database) { row in check.add(row, keptSequence: kept?.sequence) }
            try check.compareHead(database, publicKey)
            check.compare(kept)
            return check.findings
        }
    }
}

/// One pass over the chain.
private struct ChainCheck {
    var findings: [RecordFinding] = []
    let limit: Int
    private var last: RecordEntry?
    private var atKept: ContentHash?

    init(limit: Int) { self.limit = limit }

    mutating func add(_ row: Row, keptSequence: Int64?) {
        guard findings.count < limit else { return }
        let sequence = row.number("sequence") ?? 0
        let expected = (last?.sequence ?? 0) + 1
        if sequence != expected { findings.append(.missing(sequence: expected)) }
        guard let entry = RecordEntry(row: row) else {
            findings.append(.unreadable(sequence: sequence))
            return
        }
        if entry.hash != entry.expectedHash {
            findings.append(.changed(sequence: sequence))
        } else if sequence == expected, entry.previous != last?.hash ?? RecordEntry.origin {
            findings.append(.unlinked(sequence: sequence))
        }
        if sequence == keptSequence { atKept = entry.hash }
        last = entry
    }

    mutating func compareHead(_ database: Database, _ publicKey: String) throws {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM head"),
            let hash = row.text("hash").flatMap({ ContentHash($0) }),
            let sequence = row.number("sequence"), let signature = row.text("signature")
        else {
            if last != nil { findings.append(.noHead) }
            return
        }
        let head = RecordHead(sequence: sequence, hash: hash)
        if !StationKey.isValid(signature, for: head, publicKey: publicKey) {
            findings.append(.badSignature)
        }
        if head.sequence != last?.sequence || head.hash != last?.hash {
            findings.append(.otherHead(signed: head.sequence, found: last?.sequence ?? 0))
        }
    }

    mutating func compare(_ kept: RecordHead?) {
        guard let kept else {
            if last != nil { findings.append(.noKeptHead) }
            return
        }
        guard atKept != kept.hash else { return }
        findings.append(.olderDatabase(kept: kept.sequence, found: last?.sequence ?? 0))
    }
}
