// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One message of the kernel's FUSE client (`linux/fuse.h`, protocol 7), as far as a device file system needs it.
struct FuseRequest: Hashable, Sendable {
    var unique: UInt64
    /// Inode the request is about.
    var node: UInt64
    /// Thread that made the system call; 0 when it is outside of our process namespace.
    var thread: Int32
    var operation: Operation

    enum Operation: Hashable, Sendable {
        case initialize(major: UInt32, minor: UInt32, readAhead: UInt32)
        case lookup(name: [UInt8])
        case attributes
        case setAttributes(FileAccess.Change)
        case open(flags: UInt32)
        case openDirectory
        case read(handle: UInt64, offset: UInt64, size: UInt32)
        case readDirectory(offset: UInt64, size: UInt32)
        case release(handle: UInt64)
        case releaseDirectory
        case control(Control)
        case poll(handle: UInt64, key: UInt64, wantsNotice: Bool)
        /// The caller of an earlier request has a signal to handle.
        case interrupt(unique: UInt64)
        case statistics
        /// Nothing to do, and no answer.
        case silent
        /// The file system is being unmounted.
        case destroy
        case unsupported(opcode: UInt32)
    }

    /// ioctl(2) with the argument as the caller gave it.
    struct Control: Hashable, Sendable {
        var handle: UInt64
        var command: UInt32
        var argument: UInt64
        /// The caller is a 32-bit program, whose structures look different.
        var isCompatible: Bool
    }

    private static let headerSize = 40
    /// Longest name; usbfs has three digits.
    private static let nameLimit = 255

    init(unique: UInt64, node: UInt64, thread: Int32, operation: Operation) {
        (self.unique, self.node, self.thread, self.operation) = (unique, node, thread, operation)
    }

    init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        let length: UInt32 = try reader.read()
        let opcode: UInt32 = try reader.read()
        unique = try reader.read()
        node = try reader.read()
        // uid and gid: the kernel has checked them, and whoever could open the file may use it.
        _ = try reader.readBytes(8)
        thread = Int32(truncatingIfNeeded: try reader.read(UInt32.self))
        _ = try reader.readBytes(4)
        guard length >= Self.headerSize, Int(length) <= bytes.count else {
            throw TruncatedBytes(needed: Int(length), available: bytes.count)
        }
        operation = try Self.operation(opcode, &reader)
    }

    private static func operation(
        _ opcode: UInt32, _ reader: inout ByteReader
    ) throws(TruncatedBytes) -> Operation {
        switch opcode {
        case 1: return .lookup(name: try name(&reader))
        case 2, 42: return .silent
        case 3: return .attributes
        case 4: return .setAttributes(try accessChange(&reader))
        case 14: return .open(flags: try reader.read())
        case 15:
            let (handle, offset): (UInt64, UInt64) = (try reader.read(), try reader.read())
            return .read(handle: handle, offset: offset, size: try reader.read())
        case 17: return .statistics
        case 18: return .release(handle: try reader.read())
        case 26:
            let (major, minor): (UInt32, UInt32) = (try reader.read(), try reader.read())
            return .initialize(major: major, minor: minor, readAhead: try reader.read())
        case 27: return .openDirectory
        case 28:
            _ = try reader.read(UInt64.self)
            let offset: UInt64 = try reader.read()
            return .readDirectory(offset: offset, size: try reader.read())
        case 29: return .releaseDirectory
        case 36: return .interrupt(unique: try reader.read())
        case 38: return .destroy
        case 39: return .control(try control(&reader))
        case 40:
            let (handle, key): (UInt64, UInt64) = (try reader.read(), try reader.read())
            return .poll(handle: handle, key: key, wantsNotice: try reader.read(UInt32.self) & 1 != 0)
        default: return .unsupported(opcode: opcode)
        }
    }

    private static func control(_ reader: inout ByteReader) throws(TruncatedBytes) -> Control {
        let handle: UInt64 = try reader.read()
        let flags: UInt32 = try reader.read()
        let command: UInt32 = try reader.read()
        let argument: UInt64 = try reader.read()
        // Sizes in and out: everything goes through the caller's memory.
        _ = try reader.readBytes(8)
        return Control(
            handle: handle, command: command, argument: argument, isCompatible: flags & 1 != 0)
    }

    /// `struct fuse_setattr_in`; the length and times of a device's file are nobody's business.
    private static func accessChange(_ reader: inout ByteReader) throws(TruncatedBytes) -> FileAccess.Change {
        let valid: UInt32 = try reader.read()
        _ = try reader.readBytes(64)
        let mode: UInt32 = try reader.read()
        _ = try reader.readBytes(4)
        let (owner, group): (UInt32, UInt32) = (try reader.read(), try reader.read())
        return FileAccess.Change(
            mode: valid & 1 != 0 ? mode : nil, owner: valid & 2 != 0 ? owner : nil,
            group: valid & 4 != 0 ? group : nil)
    }

    private static func name(_ reader: inout ByteReader) throws(TruncatedBytes) -> [UInt8] {
        let bytes = try reader.readBytes(min(reader.remaining, nameLimit + 1))
        guard let end = bytes.firstIndex(of: 0) else {
            throw TruncatedBytes(needed: bytes.count + 1, available: bytes.count)
        }
        return Array(bytes[..<end])
    }
}
