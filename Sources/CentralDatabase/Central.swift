// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ProductionJobs

/// What stations ask of the database that they share.
///
/// Every call blocks, and answers or throws within the time that was agreed. A call whose answer was lost may be made
/// again: nothing is kept twice, and nothing is leased twice. Implemented by ``PostgresCentral``, and in memory by a
/// model in the tests.
package protocol Central: Sendable {
    /// How far the database knows the station's records; a station that is new is noted with its public key.
    func greet(_ station: CentralStation) throws(CentralError) -> CentralPosition

    /// Keeps entries that follow each other, and a signature for the last of them; returns the newest that is kept.
    ///
    /// Entries that are there already are compared by their hash.
    func publish(
        _ entries: [RecordEntry], signature: String, of station: CentralStation
    ) throws(CentralError) -> Int64

    /// Leases the next values of a pool; the same `request` gives the same lease again.
    func lease(_ pool: String, request: String, to station: CentralStation) throws(CentralError)
        -> SerialLease

    /// Notes how much of each lease was given, and takes back what is returned.
    func account(_ leases: [LeaseAccount], of station: CentralStation) throws(CentralError)

    func recipe(_ hash: ContentHash) throws(CentralError) -> String
    /// Keeps a recipe's text under its hash; one that is there stays as it is.
    func push(recipe text: RecipeText, by person: String) throws(CentralError)

    func image(_ hash: ContentHash) throws(CentralError) -> CentralImage
    /// One piece of an image; the last may be shorter.
    func piece(_ index: Int, of hash: ContentHash) throws(CentralError) -> [UInt8]
    func push(piece: [UInt8], at index: Int, of hash: ContentHash) throws(CentralError)
    /// Makes an image known once all of its pieces are there.
    func finish(_ image: CentralImage, of hash: ContentHash, by person: String) throws(CentralError)

    /// Gives the connection up.
    func close()
}

/// Who asks.
package struct CentralStation: Hashable, Sendable {
    package var name: String
    /// Its records are signed with (Ed25519, base64).
    package var publicKey: String

    package init(name: String, publicKey: String) { (self.name, self.publicKey) = (name, publicKey) }
}

/// The end of a station's records in the database.
package struct CentralPosition: Hashable, Sendable {
    /// Of the database itself: another one has another.
    package var central: String
    /// 0: it has none yet.
    package var sequence: Int64
    package var hash: ContentHash

    package init(central: String, sequence: Int64, hash: ContentHash) {
        (self.central, self.sequence, self.hash) = (central, sequence, hash)
    }
}

package struct CentralImage: Hashable, Sendable {
    package var name: String
    /// Bytes.
    package var size: Int64

    package init(name: String, size: Int64) { (self.name, self.size) = (name, size) }

    /// Of every piece but the last.
    package static let pieceSize = 1 << 20
    package var pieces: Int { Int((size + Int64(Self.pieceSize) - 1) / Int64(Self.pieceSize)) }
}
