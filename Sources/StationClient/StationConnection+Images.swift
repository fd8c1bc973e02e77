// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ProductionJobs

extension StationConnection {
    private struct Position: Decodable {
        let received: Int
        let isComplete: Bool
    }
    /// Of one request: what a broken connection costs at most.
    private static let pieceSize = 4 << 20

    /// Sends an image, from where an earlier try ended; one that is there already is not sent.
    ///
    /// - Returns: whether anything was sent.
    @discardableResult
    package func upload(
        _ bytes: [UInt8], name: String, hash: ContentHash
    ) async throws(StationClientError) -> Bool {
        let path = ["images", hash.description]
        var position: Position = try await ask(Question(.get, path))
        if position.isComplete { return false }
        // What is there is of the same hash, but longer than the image only if somebody sent something else.
        if position.received >= bytes.count { position = Position(received: 0, isComplete: false) }
        while !position.isComplete {
            let end = min(position.received + Self.pieceSize, bytes.count)
            let next: Position = try await ask(
                Question(
                    .put, path,
                    query: [
                        ("name", name), ("offset", "\(position.received)"), ("total", "\(bytes.count)"),
                    ], body: Array(bytes[position.received..<end])))
            guard next.isComplete || next.received > position.received else {
                throw .notUnderstood(address.text, detail: "the upload does not advance")
            }
            position = next
        }
        return true
    }
}
