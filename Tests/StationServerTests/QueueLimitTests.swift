// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import ProductionJobs
import ProductionStore
import Synchronization
import Testing

@testable import StationServer

@Suite struct `Requests in great number, twice, or by strangers` {
    private static let key = HTTPField.Name("Idempotency-Key")

    @Test func `fill the queue to its limit, which is told, and survive a restart`() async throws {
        // In memory, where there is such a place: ten thousand times to the disk would be a test of the disk.
        let place =
            FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(place)/extflash-queue-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let fixture = try StationFixture(folder: folder)
            try fixture.addRecipe()
            for number in 0..<10_000 {
                _ = try fixture.memory.queue.add(
                    slot: "A1", request: #"{"recipe":"product"}"#, key: "socket \(number)", at: "t")
            }
            let client = APIClient(fixture.station)
            let body = #"{"recipe": "product"}"#
            let full = try await client.ask(.post, "/v1/slots/A1/units", body)
            #expect(try full.status == .tooManyRequests && full.code == "STO-051")
            #expect(full.headers[.retryAfter] == "5")
            #expect(full.text.contains("10000 jobs are waiting already"))
            #expect(try await client.ask(.delete, "/v1/jobs/10000").json["state"] as? String == "cancelled")
            #expect(try await client.ask(.post, "/v1/slots/A1/units", body).status == .accepted)
        }
        let fixture = try StationFixture(folder: folder)
        let client = APIClient(fixture.station)
        let slots = try await client.ask(.get, "/v1/slots")
        #expect(slots.text.contains(#""queued":10000"#))
        let all = try await client.ask(.get, "/v1/jobs?limit=1000")
        #expect(all.text.matches(of: /"id":/).count == 1000)
        #expect(try fixture.memory.queue.next(slot: "A1")?.id == 1)
    }

    @Test func `with a key do one thing once, also after a restart`() async throws {
        let key = try #require(Self.key)
        let unit = #"{"recipe": "product", "fields": {"serial": "S1"}}"#
        let (folder, first) = try await begun(unit, key)
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3"], folder: folder)
        defer { fixture.remove() }
        let repeated = try await APIClient(fixture.station)
            .ask(.post, "/v1/slots/A1/units", unit, headers: [key: "one"])
        #expect(try repeated.json["id"] as? Int == first)
    }

    /// The folder of a station that has ended, and the job that it was asked for.
    private func begun(_ unit: String, _ key: HTTPField.Name) async throws -> (folder: String, job: Int?) {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3"])
        try fixture.addRecipe()
        let client = APIClient(fixture.station)
        let first = try await client.ask(.post, "/v1/slots/A1/units", unit, headers: [key: "one"])
        let other = try await client.ask(
            .post, "/v1/slots/A1/units", #"{"recipe": "product"}"#, headers: [key: "one"])
        #expect(try other.status == .conflict && other.code == "STO-052")
        let elsewhere = try await client.ask(.post, "/v1/slots/A2/units", unit, headers: [key: "one"])
        #expect(try elsewhere.code == "STO-052")
        #expect(
            try await client.ask(.post, "/v1/slots/A1/units", unit, headers: [key: "a b"]).code == "STN-002")
        return (fixture.folder, try first.json["id"] as? Int)
    }

    @Test func `with a key begin a gang once, whatever its slots do by then`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3"])
        defer { fixture.remove() }
        try fixture.addRecipe()
        let key = try #require(Self.key), client = APIClient(fixture.station)
        let body = #"{"recipe": "product"}"#
        func start(_ body: String) async throws -> APIClient.Reply {
            try await client.ask(.post, "/v1/start", body, headers: [key: "gang"])
        }
        func ids(_ reply: APIClient.Reply) throws -> [Int] {
            try #require(try reply.json["jobs"] as? [[String: Any]]).compactMap { $0["id"] as? Int }
        }
        let first = try await start(body)
        #expect(try ids(first) == [1, 2])
        // They wait, so a start without a key would be refused.
        #expect(try ids(await start(body)) == [1, 2])
        await fixture.station.workOffQueue()
        #expect(try ids(await start(body)) == [1, 2])
        #expect(try await start(#"{"recipe": "product", "repeats": true}"#).code == "STO-052")
        let without = try await client.ask(.post, "/v1/start", body)
        #expect(try ids(without) == [3, 4])
        let busy = try await client.ask(.post, "/v1/start", body)
        #expect(try ids(busy) == [] && (busy.json["refused"] as? [String: String])?.count == 2)
    }

    @Test func `with a wrong token wait for their answer`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let pauses = Mutex<[Duration]>([])
        let api = StationAPI(fixture.station) { pause in pauses.withLock { $0.append(pause) } }
        let client = APIClient(api, .token)
        let token = try fixture.memory.tokens.create("me", role: .reader, at: "")
        for wrong in [
            "Bearer xf_no", "Bearer \(token)x", "Basic \(token)", "Bearer \(token.dropLast())", "Bearer",
        ] {
            let reply = try await client.ask(.get, "/v1/slots", headers: [.authorization: wrong])
            #expect(try reply.code == "STN-004")
        }
        #expect(pauses.withLock { $0 } == Array(repeating: .milliseconds(250), count: 5))
        #expect(
            try await client.ask(.get, "/v1/slots", headers: [.authorization: "bearer \(token)"]).status
                == .ok)
        #expect(pauses.withLock { $0.count } == 5)
    }
}
