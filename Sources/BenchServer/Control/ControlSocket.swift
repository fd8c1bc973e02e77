// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// Takes commands from other programs: lines on a local socket, each with its answer.
final class ControlSocket {
    let listener: Int32
    private(set) var clients: [Client] = []

    struct Client {
        let descriptor: Int32
        var line: [UInt8] = []
    }
    private static let clientLimit = 16
    private static let lineLimit = 512

    private let path: String

    /// - Parameters:
    ///   - path: where no file may be yet, but for a socket that nobody listens on any more.
    ///   - mode: who may connect.
    /// - Throws: `system` when the socket cannot be made.
    init(path: String, mode: mode_t) throws(BenchServerError) {
        listener = try Self.listen(at: path, mode: mode)
        self.path = path
    }
    deinit {
        for client in clients { close(client.descriptor) }
        close(listener)
        unlink(path)
    }

    private static func listen(at path: String, mode: mode_t) throws(BenchServerError) -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        removeLeftover(path)
        // No moment in which others could connect.
        let former = umask(~mode & 0o777)
        let isBound = withSocketAddress(of: path) { bind(listener, $0, $1) } ?? -1
        let reason = errno
        umask(former)
        guard listener >= 0, isBound == 0, Glibc.listen(listener, 8) == 0 else {
            let detail = BenchServerError.detail(isBound == 0 ? errno : reason)
            if listener >= 0 { close(listener) }
            throw .system(operation: "making the control socket \(path)", detail: detail)
        }
        return listener
    }

    /// A server that was killed leaves its socket behind.
    private static func removeLeftover(_ path: String) {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFSOCK else { return }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        let isAlive = withSocketAddress(of: path) { connect(probe, $0, $1) } ?? -1
        if isAlive != 0, errno == ECONNREFUSED { unlink(path) }
    }

    var descriptors: [Int32] { [listener] + clients.map(\.descriptor) }

    /// Serves whoever has something to say; only descriptors that are ready may be given.
    func serve(_ ready: Set<Int32>, _ obey: (String) -> String) {
        for index in clients.indices.reversed() where ready.contains(clients[index].descriptor) {
            if !serve(&clients[index], obey) {
                close(clients[index].descriptor)
                clients.remove(at: index)
            }
        }
        guard ready.contains(listener) else { return }
        let descriptor = shim_accept(listener)
        guard descriptor >= 0 else { return }
        guard clients.count < Self.clientLimit else {
            close(descriptor)
            return
        }
        clients.append(Client(descriptor: descriptor))
    }

    /// False when the client is gone or talks nonsense.
    private func serve(_ client: inout Client, _ obey: (String) -> String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.lineLimit)
        let count = read(client.descriptor, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
        client.line += buffer[..<count]
        while let end = client.line.firstIndex(of: 0x0A) {
            let answer = Array(obey(String(decoding: client.line[..<end], as: UTF8.self)).utf8)
            client.line.removeSubrange(...end)
            guard send(client.descriptor, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count
            else { return false }
        }
        return client.line.count < Self.lineLimit
    }
}

/// Calls `body` with the address of a local socket; nil when the path is too long for one.
func withSocketAddress<Result>(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
        errno = ENAMETOOLONG
        return nil
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
