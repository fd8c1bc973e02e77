// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// Writes a transcript as it grows; what has happened is in the file, whatever becomes of this process.
///
/// A file that cannot be written any further is left as it is, and the run goes on without it.
final class TranscriptFile: TranscriptSink {
    let path: String
    private(set) var failure: BenchServerError?
    private let descriptor: Int32
    private var text = TranscriptText()
    private let onFailure: (BenchServerError) -> Void

    /// Begins a new transcript in place of an earlier one; `onFailure` is told at most once.
    init(_ path: String, selector: String, onFailure: @escaping (BenchServerError) -> Void)
        throws(BenchServerError)
    {
        descriptor = try Self.open(path)
        (self.path, self.onFailure) = (path, onFailure)
        write(TranscriptText.header(selector: selector))
    }
    deinit {
        write(text.finish())
        close(descriptor)
    }

    /// An empty file that nobody else writes.
    private static func open(_ path: String) throws(BenchServerError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode_t(0o644))
        guard descriptor >= 0 else { throw .record(path: path, detail: BenchServerError.lastDetail) }
        // Where locks are not known there is nobody to fear.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw .record(path: path, detail: "another simulation writes it")
        }
        var information = stat()
        if fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
            ftruncate(descriptor, 0) != 0
        {
            let detail = BenchServerError.lastDetail
            close(descriptor)
            throw .record(path: path, detail: detail)
        }
        return descriptor
    }

    func take(_ entry: BenchTranscript.Entry) {
        guard failure == nil else { return }
        write(text.append(entry))
    }

    func comment(_ line: String) { write("# \(line)\n") }

    private func write(_ added: String) {
        guard failure == nil else { return }
        var bytes = Array(added.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                let error = BenchServerError.recordIncomplete(
                    path: path, detail: count == 0 ? "nothing was written" : BenchServerError.lastDetail)
                failure = error
                return onFailure(error)
            }
        }
    }
}
