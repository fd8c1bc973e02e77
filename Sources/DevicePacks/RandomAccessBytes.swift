// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Bytes that are read where they are wanted, as those of a large file.
package struct RandomAccessBytes: Sendable {
    /// A read that gave fewer bytes than are said to be there, with the reason.
    package struct Unreadable: Error, Hashable, Sendable {
        package let reason: String
        package init(reason: String) { self.reason = reason }
    }
    package let count: Int
    private let fetch: @Sendable (Int, Int) throws(Unreadable) -> [UInt8]

    /// `fetch` gives the bytes from an offset on, as many as are asked for; it is never asked for more than there are.
    package init(
        count: Int, _ fetch: @escaping @Sendable (_ offset: Int, _ count: Int) throws(Unreadable) -> [UInt8]
    ) {
        (self.count, self.fetch) = (count, fetch)
    }
    package init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { offset, count throws(Unreadable) in
            Array(bytes[offset..<offset + count])
        }
    }

    /// Nil where the range is not within the bytes.
    func read(_ count: Int, at offset: Int) throws(Unreadable) -> [UInt8]? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        let bytes = try fetch(offset, count)
        guard bytes.count == count else { throw Unreadable(reason: "it became shorter while it was read") }
        return bytes
    }
}
