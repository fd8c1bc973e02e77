// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import NIOCore
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

@Suite struct `The page and what it asks` {
    @Test func `is served without a token, and with a policy that lets nothing in from elsewhere`()
        async throws
    {
        let fixture = try StationFixture()
        let client = APIClient(fixture.station, .token)
        for name in StationPage.names {
            let path = name == "index.html" ? "/" : "/page/\(name)"
            let reply = try await client.ask(.get, path)
            #expect(reply.status == .ok)
            let policy = try #require(reply.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            var headers: HTTPFields = [:]
            headers[.ifNoneMatch] = reply.headers[.eTag]
            let again = try await client.ask(.get, path, headers: headers)
            #expect(again.status == .notModified && again.text.isEmpty)
        }
        #expect(try await client.ask(.get, "/").text.contains("<main id=\"main\""))
        for path in ["/page/none.js", "/page/..%2f..%2fetc%2fpasswd", "/page/"] {
            #expect(try await client.ask(.get, path).status == .notFound, "\(path)")
        }
        fixture.remove()
    }

    @Test func `knows who asks`() async throws {
        let fixture = try StationFixture()
        let token = try fixture.memory.tokens.create("anna", role: .operate, at: "")
        let reply = try await APIClient(fixture.station, .token).ask(
            .get, "/v1/whoami", headers: [.authorization: "Bearer \(token)"])
        #expect(try reply.json as? [String: String] == ["name": "anna", "role": "operator"])
        fixture.remove()
    }

    @Test func `puts units into the next free slot, never two into one`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3", "stlink-v3"])
        try fixture.addRecipe()
        let client = APIClient(fixture.station)
        func unit(_ serial: String, key: String? = nil) async throws -> APIClient.Reply {
            var headers: HTTPFields = [:]
            if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
            return try await client.ask(
                .post, "/v1/units", #"{"recipe": "product", "fields": {"serial": "\#(serial)"}}"#,
                headers: headers)
        }
        async let one = unit("S1"), two = unit("S2")
        let replies = [try await one, try await two]
        #expect(Set(try replies.map { try $0.json["slot"] as? String }) == ["A1", "A2"])
        #expect(try await unit("S3", key: "k").json["slot"] as? String == "A3")
        #expect(try await unit("S3", key: "k").json["slot"] as? String == "A3")
        let other = try await unit("S4", key: "k")
        #expect(other.status == .conflict)
        let full = try await unit("S4")
        #expect(try full.code == "STN-040")
        await fixture.station.workOffQueue()
        #expect(try await unit("S4").json["slot"] as? String == "A1")
        #expect(try await client.ask(.post, "/v1/units", #"{"recipe": "none"}"#).code == "STO-030")
        fixture.remove()
    }

    @Test func `tells yield and times of a batch`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3,fault=absent"])
        let recipe = try fixture.addRecipe()
        try fixture.memory.batches.open(
            Batch(name: "b", recipe: recipe.hash, workOrder: nil, limit: nil, opened: "1"))
        for (slot, batch) in [("A1", "b"), ("A2", "b"), ("A1", nil)] {
            var request = UnitJobRequest(recipe: "product")
            request.batch = batch
            _ = try fixture.station.submit(request, to: slot)
        }
        await fixture.station.workOffQueue()
        let all = try fixture.memory.units.yield(batch: nil),
            batch = try fixture.memory.units.yield(batch: "b")
        #expect(all.slots.map(\.of) == ["A1", "A2"])
        #expect(all.slots.map { $0.units["good"] } == [2, nil])
        #expect(batch.slots.map(\.units) == [["good": 1], ["failed": 1]])
        #expect(batch.hours.map(\.of) == ["2026-01-01T00"])
        #expect(batch.hours.map(\.units) == [["good": 1, "failed": 1]])
        #expect(batch.times.map(\.slot) == ["A1"])
        #expect(batch.times.allSatisfy { $0.seconds > 0 })
        let client = APIClient(fixture.station)
        #expect(try await client.ask(.get, "/v1/yield?batch=none").code == "STO-040")
        #expect(try await client.ask(.get, "/v1/yield?batch=b").json["times"] != nil)
        fixture.remove()
    }

    @Test func `hears that the station is there, as a comment that is no event`() async throws {
        let fixture = try StationFixture()
        let hub = fixture.station.context.hub, stream = hub.listen()
        hub.tellAlive()
        hub.close()
        var frames: [String] = []
        for await event in stream { frames.append(String(buffer: event.frame)) }
        #expect(frames == [": alive\n\n"])
        fixture.remove()
    }

    @Test func `gives simulated boards faults, and no path`() async throws {
        let fixture = try StationFixture()
        try fixture.addRecipe()
        let client = APIClient(fixture.station)
        for (text, status) in [
            ("state=/tmp/x", 400), ("flash=../x", 400), ("fault", 400), ("fault=absent", 200),
        ] {
            let reply = try await client.ask(.put, "/v1/slots/A1/simulation", #"{"traits": "\#(text)"}"#)
            #expect(reply.status.code == status, "\(text)")
        }
        var verdicts: [Verdict?] = []
        for traits in ["fault=absent", ""] {
            _ = try await client.ask(.put, "/v1/slots/A1/simulation", #"{"traits": "\#(traits)"}"#)
            let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
            await fixture.station.workOffQueue()
            verdicts.append(try fixture.unit(job).closing?.verdict)
        }
        #expect(verdicts == [.failed, .good])
        fixture.remove()
    }
}
