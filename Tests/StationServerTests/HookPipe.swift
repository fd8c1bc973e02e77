// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// A named pipe that a hook and what it begins write to: as long as one of them lives, its end does not come.
final class HookPipe: Sendable {
    let path: String
    private let file: Int32
    struct Failure: Error { let number: Int32 }

    init(in folder: String) throws {
        path = folder + "/pipe"
        guard mkfifo(path, 0o600) == 0 else { throw Failure(number: errno) }
        file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw Failure(number: errno) }
    }

    deinit { close(file) }

    private func read() -> Int {
        var byte: UInt8 = 0
        return Glibc.read(file, &byte, 1)
    }

    /// A writer has written something.
    func waitForLine() async { while read() < 1 { await Task.yield() } }

    /// No writer is left; there must have been one.
    func waitForEnd() async { while read() != 0 { await Task.yield() } }
}
