// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import Synchronization

/// The end of the records in a file of its own, written after each commit.
///
/// It is behind the database for a moment at most, and never ahead of it.
package final class KeptHead: Sendable {
    private struct Pending {
        let text: String
        let problem: StoreError
    }
    private let path: String
    /// What could not be written.
    private let pending = Mutex<Pending?>(nil)

    init(path: String) { self.path = path }

    func keep(_ head: RecordHead, signature: String) {
        let text = "\(head.sequence) \(head.hash) \(signature)\n"
        pending.withLock { pending in
            do throws(StoreError) {
                try DurableFile.replace(path, contents: Array(text.utf8))
                pending = nil
            } catch { pending = Pending(text: text, problem: error) }
        }
    }

    /// Writes what could not be written before; throws while that is still so.
    func retry() throws(StoreError) {
        let problem: StoreError? = pending.withLock { pending in
            guard let waiting = pending else { return nil }
            do throws(StoreError) {
                try DurableFile.replace(path, contents: Array(waiting.text.utf8))
                pending = nil
                return nil
            } catch { return error }
        }
        if let problem { throw problem }
    }

    /// The head in the file, if it was signed with that key.
    ///
    /// A file that is gone, cannot be read or holds something else is all the same: nothing is left that vouches for the last
    /// records, and verification says so.
    func head(publicKey: String) -> RecordHead? {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch { return nil }
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 3, let sequence = Int64(parts[0]), let hash = ContentHash(String(parts[1]))
        else {
            return nil
        }
        let head = RecordHead(sequence: sequence, hash: hash)
        return StationKey.isValid(String(parts[2]), for: head, publicKey: publicKey) ? head : nil
    }
}
