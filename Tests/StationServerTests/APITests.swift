// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

@Suite struct `The interface over HTTP` {
    private func withAPI(
        _ access: StationAPI.Access = .socket, _ body: (APIClient, StationFixture) async throws -> Void
    ) async throws {
        let fixture = try StationFixture()
        try await body(APIClient(fixture.station, access), fixture)
        fixture.remove()
    }

    @Test func `lets nobody in without a token, on any route`() async throws {
        try await withAPI(.token) { client, fixture in
            let routes = StationAPI(fixture.station).routes
            #expect(
                routes.filter { $0.role == nil }.map(\.path) == [
                    "/", "/page/:file", "/health", "/ready", "/v1/openapi.yaml",
                ])
            for route in routes where route.role != nil {
                let path = route.path.replacing(/:[a-z]+/, with: "x")
                for header in [
                    nil, "Bearer xf_wrong", "Basic abc", "Bearer",
                    "Bearer \(String(repeating: "x", count: 9999))",
                ] {
                    var headers: HTTPFields = [:]
                    headers[.authorization] = header
                    let response = try await client.ask(route.method, path, headers: headers)
                    #expect(response.status == .unauthorized, "\(route.method) \(path)")
                }
            }
        }
    }

    @Test func `lets each role do what it may, and no more`() async throws {
        try await withAPI(.token) { client, fixture in
            for role in Role.allCases {
                let token = try fixture.memory.tokens.create(role.rawValue, role: role, at: "")
                for route in StationAPI(fixture.station).routes {
                    let needed = try #require(route.role ?? Role.allCases.min())
                    let response = try await client.ask(
                        route.method, route.path.replacing(/:[a-z]+/, with: "x"),
                        headers: [.authorization: "Bearer \(token)"])
                    #expect((response.status == .forbidden) == (role < needed), "\(role) \(route.path)")
                    #expect(response.status != .unauthorized)
                    // There need not be a USB here.
                    let hasUSB = route.path != "/v1/probes" || response.status == .ok
                    #expect(!hasUSB || response.status.code < 500, "\(route.path) \(response.status)")
                }
            }
        }
    }

    @Test func `takes image, recipe and unit from first to last`() async throws {
        try await withAPI { client, fixture in
            let image = StationFixture.image, hash = ContentHash(of: image)
            let half = Array(image[..<4096]), rest = Array(image[4096...])
            let path = "/v1/images/\(hash)?name=a.bin&total=\(image.count)"
            let first = try await client.ask(.put, path, half)
            #expect(first.status == .accepted)
            #expect(try await client.ask(.put, path + "&offset=100", rest).code == "STN-002")
            #expect(try await client.ask(.put, path + "&offset=4096", rest).status == .created)
            let recipe = try await client.ask(
                .post, "/v1/recipes",
                """
                schema: 1
                name: product
                title: A product
                board: stm32h745xi-w25q128
                images: [{sha256: \(hash), name: a.bin, address: 0x90000000}]
                """)
            #expect(recipe.status == .created)
            let unit = #"{"recipe": "product", "fields": {"serial": "S1"}}"#
            let draft = try await client.ask(.post, "/v1/slots/A1/units", unit)
            #expect(draft.status == .conflict)
            #expect(try draft.code == "STO-031")
            let name = try #require(try recipe.json["hash"] as? String)
            let approved = try await client.ask(.post, "/v1/recipes/\(name)/approve")
            #expect(try approved.json["approver"] as? String == "socket")
            let key = try #require(HTTPField.Name("Idempotency-Key"))
            var ids: Set<Int> = []
            for _ in 0..<2 {
                let job = try await client.ask(.post, "/v1/slots/A1/units", unit, headers: [key: "once"])
                #expect(job.status == .accepted)
                ids.insert(try #require(try job.json["id"] as? Int))
            }
            #expect(ids.count == 1)
            await fixture.station.workOffQueue()
            let record = try await client.ask(.get, "/v1/units/line-\(try #require(ids.first))")
            #expect((try record.json["closed"] as? [String: Any])?["verdict"] as? String == "good")
            #expect(try await client.ask(.get, "/v1/records/verify").json["isWhole"] as? Bool == true)
            for format in ExportFormat.allCases {
                let export = try await client.ask(.get, "/v1/records/export?format=\(format.rawValue)")
                #expect(export.status == .ok)
                #expect(export.text.contains(format == .html ? "100.0 %" : "S1"))
            }
        }
    }

    @Test(arguments: [
        ("/v1/slots/A1/units", HTTPRequest.Method.post, "{\"recipe\": \"p\", \"x\": 1}", "STN-002"),
        ("/v1/slots/A1/units", .post, "[]", "STN-002"), ("/v1/slots/A1/units", .post, "{", "STN-002"),
        ("/v1/slots/A1/units", .post, "{\"recipe\": 7}", "STN-002"),
        ("/v1/slots/Z/units", .post, "{\"recipe\": \"p\"}", "STN-001"),
        ("/v1/units/..%2f..%2fetc%2fpasswd", .get, "", "STO-020"), ("/v1/images/abc", .get, "", "STN-002"),
        ("/v1/units?limit=x", .get, "", "STN-002"), ("/v1/units?verdict=fine", .get, "", "STN-002"),
        ("/v1/records/export?batch=none", .get, "", "STO-040"), ("/v1/jobs/99", .get, "", "STO-050"),
        ("/v1/recipes", .post, "schema: 2", "CFG-006"),
        (
            "/v1/pools", .post, "{\"name\":\"n\",\"kind\":\"counter\",\"first\":\"9\",\"last\":\"1\"}",
            "STN-002"
        ),
        ("/v1/slots/A1/units", .post, String(repeating: "x", count: (1 << 20) + 1), "STN-021"),
    ])
    func `says what is wrong with a request`(
        path: String, method: HTTPRequest.Method, body: String, expected: String
    ) async throws {
        try await withAPI { client, _ in
            let response = try await client.ask(method, path, body)
            #expect(try response.code == expected, "\(response.text)")
            #expect((400..<500).contains(response.status.code))
        }
    }

    @Test(arguments: [
        ("/v1/units?verdct=good", "unknown query parameter `verdct` (known here: batch, slot,"),
        ("/v1/slots?x", "unknown query parameter `x` (known here: none is)"),
        ("/v1/jobs?limit=1&limit=2", "`limit` is given twice"),
        ("/v1/jobs?limit=0", "`limit` is a number from 1 to 1000"),
        ("/v1/jobs?limit=", "`limit` is a number from 1 to 1000"),
        ("/v1/jobs?state=", "`state` is not one of queued, running,"),
    ])
    func `names the part of a query that it does not take`(path: String, expected: String) async throws {
        try await withAPI { client, _ in
            let response = try await client.ask(.get, path)
            #expect(response.status == .badRequest && response.text.contains(expected), "\(response.text)")
        }
    }

    @Test func `tells paths that are not there from methods that a path does not take`() async throws {
        try await withAPI(.token) { client, _ in
            let unknown = try await client.ask(.get, "/v1/nothing")
            #expect(try unknown.status == .notFound && unknown.code == "STN-020")
            let wrong = try await client.ask(.delete, "/v1/batches/monday")
            #expect(try wrong.status == .methodNotAllowed && wrong.code == "STN-030")
            #expect(wrong.headers[.allow] == "GET, HEAD")
            let refused = try await client.ask(.get, "/v1/slots")
            #expect(refused.headers[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test func `tells a job whose request cannot be read`() async throws {
        try await withAPI { client, fixture in
            let job = try fixture.memory.queue.add(slot: "A1", request: "{", at: "")
            let reply = try await client.ask(.get, "/v1/jobs/\(job.id)")
            #expect(try (reply.json["requestProblem"] as? String)?.contains("another version") == true)
        }
    }

    @Test func `serves its figures`() async throws {
        try await withAPI { client, _ in
            let metrics = try await client.ask(.get, "/v1/metrics")
            #expect(metrics.text.contains("extflash_jobs_queued{slot=\"A1\"} 0"))
            #expect(try await client.ask(.get, "/ready").text == "ready\n")
        }
    }
}

@Suite struct `Events of a station` {
    private struct Note: Encodable { let text: String }

    @Test func `reach everybody, and those who were away later`() async throws {
        let fixture = try StationFixture()
        let hub = fixture.station.context.hub
        let stream = hub.listen()
        try hub.publish("note", Note(text: "a"))
        hub.tell("progress", Note(text: "b"))
        var heard: [EventHub.Event] = []
        for await event in stream {
            heard.append(event)
            if heard.count == 2 { break }
        }
        #expect(heard.map(\.id) == [1, nil])
        #expect(try hub.missed(after: 0).map(\.body) == [#"{"text":"a"}"#])
        fixture.remove()
    }

    @Test func `do not pile up before somebody slow`() async throws {
        let fixture = try StationFixture()
        let hub = EventHub(log: fixture.memory.events, depth: 4)
        let slow = hub.listen()
        for number in 0..<10 { hub.tell("progress", Note(text: "\(number)")) }
        #expect(hub.listenerCount == 0)
        var count = 0
        for await _ in slow { count += 1 }
        #expect(count == 4)
        hub.close()
        for await _ in hub.listen() { Issue.record("a closed station tells nothing") }
        fixture.remove()
    }
}
