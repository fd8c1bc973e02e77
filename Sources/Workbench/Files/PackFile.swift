// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DevicePacks
import Essentials
import Glibc
import HardwareDescription

/// A CMSIS pack on the disk, and which of its files is meant: `x.pack`, or `x.pack:Flash/board.FLM`.
struct PackFile {
    private(set) var path: String
    /// In the pack; nil where the pack has to say.
    let member: String?

    /// Nil for what names no pack.
    init?(_ text: String) {
        // What follows the first `.pack:` is in the pack.
        if let match = text.wholeMatch(of: /(.+?\.pack):(.+)/.ignoresCase()) {
            (path, member) = (String(match.1), String(match.2))
        } else if text.lowercased().hasSuffix(".pack") {
            (path, member) = (text, nil)
        } else {
            return nil
        }
    }

    /// The pack that a file of configuration means: a path that does not begin with `/` starts from that file's directory.
    func named(by referrer: ConfigurationEntry) -> PackFile {
        guard !path.hasPrefix("/"), case .file(let file) = referrer.origin,
            let slash = file.lastIndex(of: "/")
        else { return self }
        var resolved = self
        resolved.path = file[...slash] + path
        return resolved
    }

    /// Only the directory and the description are read; `request` says for which target.
    func opened(for request: BenchRequest) throws(WorkbenchError) -> DevicePack {
        let mapped = try TargetCatalog(request).candidates()[0].mappedFlash
        let file = try OpenPack(path)
        let bytes = RandomAccessBytes(count: file.size) {
            offset, count throws(RandomAccessBytes.Unreadable) in
            do throws(SystemCallError) { return try file.read(count, at: offset) } catch {
                throw RandomAccessBytes.Unreadable(reason: error.text)
            }
        }
        return try doing("reading \(path)") { () throws(PackError) in
            try DevicePack(
                bytes, name: path, mapped: UInt64(mapped.lowerBound)..<UInt64(mapped.upperBound))
        }
    }
}

/// A regular file that is read at any place.
private final class OpenPack: Sendable {
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws(WorkbenchError) {
        let descriptor: Int32
        do throws(SystemCallError) {
            descriptor = try uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
        } catch {
            throw .fileUnreadable(path: path, reason: error.text)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .fileUnreadable(path: path, reason: "it is no regular file, which a pack has to be")
        }
        (self.descriptor, size) = (descriptor, max(0, Int(status.st_size)))
    }
    deinit { close(descriptor) }

    /// Fewer where the file ends.
    func read(_ count: Int, at offset: Int) throws(SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let found = bytes[done...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if found < 0, errno == EINTR { continue }
            guard found >= 0 else { throw .last }
            if found == 0 { break }
            done += found
        }
        return Array(bytes.prefix(done))
    }
}
