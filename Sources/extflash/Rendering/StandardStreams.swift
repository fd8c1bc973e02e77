// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
import Synchronization

/// Standard output and standard error of one run of the program.
///
/// What could not be written to standard output is remembered: a result that nobody got is no success.
final class StandardStreams: Sendable {
    /// Writes all of the bytes; the `errno` where that failed.
    typealias Sink = @Sendable ([UInt8]) -> Int32?

    /// Those of the process.
    static let process: StandardStreams = {
        var terminal: (@Sendable () -> Int)?
        if isatty(STDERR_FILENO) == 1 { terminal = { columns(of: STDERR_FILENO) } }
        let output: Sink = { bytes in writeAll(bytes, to: STDOUT_FILENO) }
        let error: Sink = { bytes in writeAll(bytes, to: STDERR_FILENO) }
        return StandardStreams(
            output: output, error: error, errorTerminal: terminal,
            outputIsTerminal: isatty(STDOUT_FILENO) == 1)
    }()

    private let output: Sink
    private let error: Sink
    /// The columns of the terminal behind standard error; nil when there is none that can redraw a line.
    let errorTerminal: (@Sendable () -> Int)?
    let outputIsTerminal: Bool
    private let firstFailure = Mutex<Int32?>(nil)

    init(
        output: @escaping Sink, error: @escaping Sink, errorTerminal: (@Sendable () -> Int)? = nil,
        outputIsTerminal: Bool = false
    ) {
        (self.output, self.error) = (output, error)
        self.errorTerminal = errorTerminal
        self.outputIsTerminal = outputIsTerminal
    }

    func writeResult(_ text: String) { writeResult(Array(text.utf8)) }

    func writeResult(_ bytes: [UInt8]) {
        firstFailure.withLock { failure in
            // After a failure the rest would leave a gap that nobody sees.
            if failure == nil { failure = output(bytes) }
        }
    }

    /// What people read may get lost: there is no other place to say so.
    func writeNote(_ text: String) { _ = error(Array(text.utf8)) }

    /// Why the result did not arrive; nil when it did.
    var failure: OutputError? {
        firstFailure.withLock { $0 }.map { number in
            number == EPIPE ? .closed : .unwritable(reason: String(cString: strerror(number)))
        }
    }

    /// Takes the places of standard streams that the caller closed, so that no device or file is opened there and
    /// receives the report; writing to them fails as it should.
    static func occupyClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one. Should it fail, there is nothing left to try.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count == 0 {
                    return EIO
                } else if errno == EAGAIN {
                    // Somebody made the shared terminal non-blocking; wait until it takes more.
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard poll(&request, 1, 10_000) > 0 else { return EAGAIN }
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }

    private static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Why a result could not be handed over.
enum OutputError: Error {
    /// The reader went away; it knows.
    case closed
    case unwritable(reason: String)
}

extension OutputError: Diagnosable {
    var code: String {
        switch self {
        case .closed: "CLI-002"
        case .unwritable: "CLI-003"
        }
    }
    var failureClass: FailureClass? {
        switch self {
        case .closed: .outputClosed
        case .unwritable: .fileUnusable
        }
    }
    var summary: String {
        switch self {
        case .closed: "the reader of standard output went away"
        case .unwritable(let reason): "the report could not be written to standard output: \(reason)"
        }
    }
    var remedies: [String] {
        switch self {
        case .closed: []
        case .unwritable: ["give standard output a file or a pipe that takes what is written"]
        }
    }
}
