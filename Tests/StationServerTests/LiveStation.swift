// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Hummingbird
import NIOCore
import StationTestKit
import Testing

@testable import StationServer

/// A station behind a real socket, as it is on a line; its slots do not work.
struct LiveStation {
    let fixture: StationFixture
    let socket: String

    static func with(
        limits: ConnectionLimits = ConnectionLimits(), access: StationAPI.Access = .socket, tail: String = "",
        _ body: @escaping @Sendable (LiveStation) async throws -> Void
    ) async throws {
        StationDoor.raiseFileLimit()
        let fixture = try StationFixture(tail: tail)
        defer { fixture.remove() }
        let live = LiveStation(fixture: fixture, socket: fixture.folder + "/s")
        try await DoorRun.socket(fixture.station, at: live.socket, limits: limits, access: access) {
            try await body(live)
            fixture.station.context.hub.close()
        }
    }

    func client() async throws -> RawClient { try await RawClient(socket) }

    /// One request on a connection of its own, and everything that comes back.
    func ask(_ head: String, _ body: String = "") async throws -> String {
        let client = try await client()
        try await client.send("\(head)\r\nHost: x\r\nConnection: close\r\n\r\n\(body)")
        return await client.rest()
    }

    /// Whether others are still served; a connection with short limits may be closed before this machine comes to it.
    func isWell() async -> Bool {
        for _ in 0..<1000 {
            if let answer = try? await ask("GET /health HTTP/1.1"), answer.hasSuffix("ok\n") { return true }
        }
        return false
    }
}
