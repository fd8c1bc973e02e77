// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// What is known of a flash from earlier reads into the same file: the target confirms by digests what still holds.
///
/// Next to the file, under its name with `.part`, stands what a read got before it failed or was stopped; it goes when a read
/// comes to its end.
struct PartialRead {
    private let path: String
    private let part: String
    private let trace: Trace

    /// Less is read again sooner than it is kept.
    private static let worthKeeping = 64 << 10

    /// Nil where the file's bytes are not the flash's, or the file is no file.
    init?(_ path: String, isBinary: Bool, trace: Trace) {
        guard isBinary, FileDescriptorPath.output(path) == nil, Self.isFile(path) != false else { return nil }
        (self.path, part, self.trace) = (path, path + ".part", trace)
    }

    /// Nil where there is nothing of that name.
    ///
    /// A link is no file: what it leads to may be anybody's.
    private static func isFile(_ path: String) -> Bool? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// What the first bytes of the range may be, at most `limit` of them: the rest of an interrupted read, else the file as
    /// it is.
    func known(limit: Int) -> [UInt8] {
        for file in [part, path] where Self.isFile(file) == true {
            do throws(WorkbenchError) {
                let bytes = try HostFile.read(file, limit: max(limit, Self.worthKeeping))
                if !bytes.isEmpty { return Array(bytes.prefix(limit)) }
            } catch {
                // It would only have saved time.
                trace(.step, "earlier contents are not used", ["file": file, "code": error.code])
            }
        }
        return []
    }

    /// Keeps what was read before a failure, for the next try.
    func keep(_ bytes: [UInt8], of count: Int) {
        guard bytes.count >= Self.worthKeeping, Self.isFile(part) != false else { return }
        do throws(WorkbenchError) {
            try OutputFile(part, isText: false).write(bytes)
            trace(
                .warning,
                "\(Format.bytes(bytes.count)) of \(Format.bytes(count)) are in \(part); the same command goes on from there"
            )
        } catch {
            trace(.warning, "what was read is not kept", ["file": part, "error": error.summary])
        }
    }

    /// Everything was read.
    func forget() {
        guard Self.isFile(part) == true, unlink(part) != 0 else { return }
        trace(
            .warning, "the rest of an earlier read is still there",
            ["file": part, "error": SystemCallError.last.text])
    }
}
