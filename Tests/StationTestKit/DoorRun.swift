// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Hummingbird
import HummingbirdCore
package import StationServer

/// A door of a station that is open as long as a test uses it.
package enum DoorRun {
    package struct NotOpened: Error {}

    /// Behind TLS on loopback, with the certificate that the station file names; `body` gets the port.
    package static func encrypted(
        _ station: Station, _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        try station.loadCertificate()
        try await open(station, .token, at: .hostname("127.0.0.1", port: 0)) { port in
            guard let port else { throw NotOpened() }
            try await body(port)
        }
    }

    /// A socket's file, without a token.
    package static func socket(
        _ station: Station, at path: String, limits: ConnectionLimits = ConnectionLimits(),
        access: StationAPI.Access = .socket, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await open(station, access, at: .unixDomainSocket(path: path), limits) { _ in try await body() }
    }

    private static func open(
        _ station: Station, _ access: StationAPI.Access, at address: BindAddress,
        _ limits: ConnectionLimits = ConnectionLimits(),
        _ body: @escaping @Sendable (_ port: Int?) async throws -> Void
    ) async throws {
        let (ports, found) = AsyncStream.makeStream(of: Int?.self)
        let door = StationDoor.application(station, access, at: address, limits: limits) {
            found.yield($0)
            found.finish()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await door.run() }
            defer { group.cancelAll() }
            for await port in ports { return try await body(port) }
            throw NotOpened()
        }
    }
}
