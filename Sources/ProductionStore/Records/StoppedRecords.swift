// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// The records in the folder of a station that does not run, or in a copy of it; nothing there is made or changed.
package struct StoppedRecords: Sendable {
    private let database: ProductionDatabase
    private let keptHead: KeptHead
    /// The key that the records are held against: base64 of 32 bytes.
    package let publicKey: String

    /// Without `publicKey` that of the key in the folder is taken.
    package init(folder: String, publicKey: String?) throws(StoreError) {
        database = try ProductionDatabase(reading: folder + "/station.db")
        keptHead = KeptHead(path: folder + "/records.head")
        if let publicKey {
            guard StationKey.isPublicKey(publicKey) else { throw .keyUnusable(path: publicKey) }
            self.publicKey = publicKey
        } else {
            self.publicKey = try StationKey(reading: folder + "/station.key").publicKey
        }
    }

    /// Goes over every record; empty when all is as it was written.
    package func verify(limit: Int = 100) throws(StoreError) -> [RecordFinding] {
        try RecordFinding.all(in: database, keptHead: keptHead, publicKey: publicKey, limit: limit)
    }
}
