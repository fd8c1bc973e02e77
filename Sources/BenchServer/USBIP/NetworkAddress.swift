// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Where a server listens: an address in numbers, IPv4 or IPv6, and a port.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.0.1`, `::1`.
    package var host: String
    package var port: UInt16

    package static let loopback = "127.0.0.1"

    package init(host: String = loopback, port: UInt16) { (self.host, self.port) = (host, port) }

    /// `PORT`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; nil is none of these.
    ///
    /// Without an address it is loopback.
    package init?(_ text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 }), let port = UInt16(digits) else {
            return nil
        }
        var host = colon.map { String(text[..<$0]) } ?? Self.loopback
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            // An IPv6 address without brackets: its end cannot be told from the port.
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(host.contains(":") ? AF_INET6 : AF_INET, host, &bytes) == 1 else { return nil }
        self.init(host: host, port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only programs on this machine can reach it.
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// Calls `body` with the address as the socket calls take it; nil when the host is no address.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        guard let address = found.pointee.ai_addr else { return nil }
        return body(address, found.pointee.ai_addrlen)
    }

    /// The address a socket is bound to; nil when it has none.
    init?(ofSocket descriptor: Int32) { self.init { getsockname(descriptor, $0, $1) } }
    /// The address of a socket's other end.
    init?(ofPeer descriptor: Int32) { self.init { getpeername(descriptor, $0, $1) } }

    private init?(_ read: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                read(address, &size) == 0
                    && getnameinfo(
                        address, size, &host, socklen_t(host.count), &service, socklen_t(service.count),
                        NI_NUMERICHOST | NI_NUMERICSERV) == 0
            }
        }
        func text(_ characters: [CChar]) -> String {
            String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        guard isKnown, let port = UInt16(text(service)) else { return nil }
        self.init(host: text(host), port: port)
    }
}
