// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Crypto
import Essentials
import Foundation
import Glibc
package import ProductionJobs

/// The key a station signs the head of its records with (Ed25519, RFC 8032).
package struct StationKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// Reads the key file, or makes one that only its owner can read.
    package init(path: String) throws(StoreError) {
        if FileManager.default.fileExists(atPath: path) {
            self = try Self(reading: path)
            return
        }
        key = Curve25519.Signing.PrivateKey()
        let text = key.rawRepresentation.base64EncodedString() + "\n"
        try DurableFile.create(path, contents: Array(text.utf8), mode: 0o600)
    }

    /// Reads the key file, and makes none.
    init(reading path: String) throws(StoreError) {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw .file(path: path, detail: "cannot be read")
        }
        // What it says of such bytes is the same for all of them: they are no key.
        guard let raw = Data(base64Encoded: data.filter { $0 > 0x20 }),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
        else { throw .keyUnusable(path: path) }
        self.key = key
    }

    static func isPublicKey(_ text: String) -> Bool {
        Data(base64Encoded: text).map { $0.count == 32 } ?? false
    }

    /// For whoever checks records without the station: base64 of 32 bytes.
    package var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

    func signature(for head: RecordHead) throws(StoreError) -> String {
        do { return try key.signature(for: Data(head.signedText.utf8)).base64EncodedString() } catch {
            throw .keyUnusable(path: "the station's key")
        }
    }

    /// Whether `signature` was made for `head` with the key whose public half is given.
    package static func isValid(_ signature: String, for head: RecordHead, publicKey: String) -> Bool {
        // With what is no key nothing was signed.
        guard let raw = Data(base64Encoded: publicKey), let signature = Data(base64Encoded: signature),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        else { return false }
        return key.isValidSignature(signature, for: Data(head.signedText.utf8))
    }
}

/// The end of the chain of records at some time.
package struct RecordHead: Hashable, Sendable {
    package var sequence: Int64
    package var hash: ContentHash

    package init(sequence: Int64, hash: ContentHash) { (self.sequence, self.hash) = (sequence, hash) }

    var signedText: String { "extflash records, version 1\n\(sequence)\n\(hash)\n" }
}
