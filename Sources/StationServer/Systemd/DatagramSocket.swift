// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Sends datagrams to a Unix socket of the machine's service manager, which may go away at any time.
final class DatagramSocket {
    private let descriptor: Int32
    private let address: sockaddr_un
    private let length: socklen_t

    /// A path, or an abstract name that begins with `@` (systemd's sd_notify(3), NOTIFY_SOCKET); nil for anything else.
    init?(_ path: String) {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
            bytes.count < MemoryLayout.size(ofValue: address.sun_path)
        else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: bytes)
            if first == UInt8(ascii: "@") { room[0] = 0 }
        }
        // An abstract name counts as long as its length says; a path ends with its zero.
        let counted = bytes.count + (first == UInt8(ascii: "@") ? 0 : 1)
        length = socklen_t(MemoryLayout<sa_family_t>.size + counted)
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether the datagram was taken; never waits and never raises a signal.
    func send(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var address = address
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                sendto(
                    descriptor, bytes, bytes.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT), name,
                    length)
            }
        }
        return sent == bytes.count
    }
}
