// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Glibc

/// A mounted FUSE file system's connection to the kernel.
///
/// Its owner must never use a path below the mount point: it would wait for itself.
final class FuseChannel {
    let descriptor: Int32
    private var buffer: [UInt8]

    /// Larger than any request: there are no writes, and names are short.
    private static let bufferSize = 64 << 10

    /// Takes over an open /dev/fuse.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    }
    deinit { close(descriptor) }

    static func openDevice() throws(BenchServerError) -> Int32 {
        let descriptor = Glibc.open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .noFuse(detail: BenchServerError.lastDetail) }
        return descriptor
    }

    enum Arrival {
        case request([UInt8])
        case nothing
        /// Unmounted, or the connection was cut.
        case closed
    }

    func receive() -> Arrival {
        let count = read(descriptor, &buffer, buffer.count)
        guard count < 0 else { return .request(Array(buffer[..<count])) }
        switch errno {
        // ENOENT: the request was withdrawn before it was read.
        case EAGAIN, EINTR, ENOENT: return .nothing
        default: return .closed
        }
    }

    /// A request that was withdrawn meanwhile has no use for its answer (ENOENT); after an unmount nobody has.
    func send(_ message: [UInt8]) { _ = write(descriptor, message, message.count) }
}
