// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Messages to the kernel's FUSE client, as bytes (`linux/fuse.h`).
enum FuseReply {
    /// What is behind a name.
    struct Attributes {
        var node: UInt64
        var isDirectory: Bool
        var size: Int
        var access: FileAccess
    }

    /// An answer: header and payload.
    static func success(_ unique: UInt64, _ payload: [UInt8] = []) -> [UInt8] {
        message(error: 0, unique, payload)
    }
    /// `error` is an errno, positive.
    static func failure(_ unique: UInt64, _ error: Int32) -> [UInt8] { message(error: -error, unique, []) }

    /// Tells whoever polls that there is something to see (FUSE_NOTIFY_POLL).
    static func pollNotice(_ key: UInt64) -> [UInt8] { message(error: 1, 0, bytes { $0.write(key) }) }

    private static func message(error: Int32, _ unique: UInt64, _ payload: [UInt8]) -> [UInt8] {
        bytes { writer in
            writer.write(UInt32(16 + payload.count))
            writer.write(error)
            writer.write(unique)
            writer.write(contentsOf: payload)
        }
    }
    private static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    /// Protocol 7.31 without any of its options.
    static func initialized(readAhead: UInt32) -> [UInt8] {
        bytes { writer in
            for word in [7, 31, readAhead, 0] { writer.write(UInt32(word)) }
            // Background requests, and how many make it congested.
            writer.write(UInt16(64))
            writer.write(UInt16(48))
            // Largest write, time granularity; a device takes no writes.
            writer.write(UInt32(4_096))
            writer.write(UInt32(1))
            writer.write(contentsOf: [UInt8](repeating: 0, count: 36))
        }
    }

    /// Neither name nor attributes may be cached: devices come and go.
    static func entry(_ attributes: Attributes) -> [UInt8] {
        bytes { writer in
            writer.write(attributes.node)
            writer.write(contentsOf: [UInt8](repeating: 0, count: 32))
            writer.write(contentsOf: encoded(attributes))
        }
    }
    static func attributes(_ attributes: Attributes) -> [UInt8] {
        [UInt8](repeating: 0, count: 16) + encoded(attributes)
    }
    private static func encoded(_ attributes: Attributes) -> [UInt8] {
        bytes { writer in
            writer.write(attributes.node)
            writer.write(UInt64(attributes.size))
            // Blocks and three times.
            writer.write(contentsOf: [UInt8](repeating: 0, count: 44))
            let kind: UInt32 = attributes.isDirectory ? 0o40000 : 0o100000
            writer.write(kind | attributes.access.mode)
            writer.write(UInt32(attributes.isDirectory ? 2 : 1))
            writer.write(attributes.access.owner)
            writer.write(attributes.access.group)
            // Device number.
            writer.write(UInt32(0))
            writer.write(UInt32(4_096))
            writer.write(UInt32(0))
        }
    }

    /// A device is read past the page cache.
    static func opened(handle: UInt64, isDevice: Bool) -> [UInt8] {
        bytes { writer in
            writer.write(handle)
            writer.write(UInt32(isDevice ? 1 : 0))
            writer.write(UInt32(0))
        }
    }

    /// Directory entries from number `offset` on, as many as fit.
    static func directory(_ entries: [(name: String, attributes: Attributes)], from offset: UInt64, size: Int)
        -> [UInt8]
    {
        var listing: [UInt8] = []
        for (index, entry) in entries.enumerated().dropFirst(Int(clamping: offset)) {
            let name = Array(entry.name.utf8)
            var record = bytes { writer in
                writer.write(entry.attributes.node)
                writer.write(UInt64(index + 1))
                writer.write(UInt32(name.count))
                // Directory or regular file (dirent).
                writer.write(UInt32(entry.attributes.isDirectory ? 4 : 8))
                writer.write(contentsOf: name)
            }
            while record.count % 8 != 0 { record.append(0) }
            guard listing.count + record.count <= size else { break }
            listing += record
        }
        return listing
    }

    /// An empty file system with names of up to 255 bytes.
    static var statistics: [UInt8] {
        bytes { writer in
            writer.write(contentsOf: [UInt8](repeating: 0, count: 40))
            writer.write(UInt32(4_096))
            writer.write(UInt32(255))
            writer.write(UInt32(4_096))
            writer.write(contentsOf: [UInt8](repeating: 0, count: 28))
        }
    }

    /// The result of an ioctl(2); its data went through the caller's memory.
    static func control(_ result: Int32) -> [UInt8] {
        bytes { writer in
            writer.write(result)
            writer.write(contentsOf: [UInt8](repeating: 0, count: 12))
        }
    }
    static func polled(_ events: UInt32) -> [UInt8] {
        bytes { writer in
            writer.write(events)
            writer.write(UInt32(0))
        }
    }
}
