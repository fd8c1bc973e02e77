// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import ProductionStore
import StationTestKit
import Testing

@testable import StationServer

@Suite struct `The description of the interface` {
    private static let interface = Result { try InterfaceDocument() }

    @Test func `has every route, with its role and its query, and no other`() throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let routes = StationAPI(fixture.station).routes
        let operations = try Self.interface.get().operations
        #expect(
            Set(routes.map { "\($0.method.rawValue) \($0.template)" })
                == Set(operations.map { "\($0.method) \($0.path)" }))
        for route in routes {
            let operation = operations.first {
                ($0.method, $0.path) == (route.method.rawValue, route.template)
            }
            #expect(operation?.role == route.role?.rawValue, "\(route.method) \(route.path)")
            #expect(Set(operation?.query ?? []) == Set(route.query), "\(route.method) \(route.path)")
        }
    }

    /// The station's own list of keys is in what it says of one that it does not know.
    @Test func `has every key that a body may have`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let client = APIClient(fixture.station), interface = try Self.interface.get()
        let bodies = interface.operations.filter { $0.body != nil }
        #expect(bodies.count >= 6)
        for operation in bodies {
            let path = operation.path.replacing("{slot}", with: "A1").replacing(/{[a-z]+}/, with: "x")
            let method = try #require(HTTPRequest.Method(operation.method))
            let reply = try await client.ask(method, path, #"{"no such key": 1}"#)
            #expect(try reply.code == "STN-002")
            let known = try #require(reply.text.firstMatch(of: /`no such key` \(known here: ([A-Za-z, ]+)\)/))
            let reference = (operation.body as? [String: Any])?["$ref"]
            let schema = reference.flatMap { SchemaChecker.resolve($0, in: interface.root) } ?? operation.body
            let keys = ((schema as? [String: Any])?["properties"] as? [String: Any] ?? [:]).keys
            #expect(Set(known.1.split(separator: ", ").map(String.init)) == Set(keys), "\(operation.path)")
        }
    }

    @Test func `is what the station serves`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let reply = try await APIClient(fixture.station, .token).ask(.get, "/v1/openapi.yaml")
        #expect(reply.text.contains("openapi: 3.1.0"))
    }

    @Test func `has what the README asks with curl`() throws {
        let interface = try Self.interface.get()
        let text = try String(
            contentsOf: InterfacePageTests.repository.appending(path: "README.md"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("$S/v1/") }
        #expect(lines.count >= 5)
        for line in lines {
            let rest = line.dropFirst(2)
            let path = rest.prefix { !" ?".contains($0) }.replacing(/\$\([^)]*\)?/, with: "HASH")
            let hasBody = line.contains(" -d ") || line.contains(" --data-binary ")
            let method = line.firstMatch(of: /-X ([A-Z]+)/).map { String($0.1) } ?? (hasBody ? "POST" : "GET")
            let operation = try #require(interface.operation(method, String(path)), "\(line)")
            guard let body = line.firstMatch(of: /-d '([^']*)'/)?.1, let schema = operation.body else {
                continue
            }
            let value = try JSONSerialization.jsonObject(with: Data(body.utf8))
            #expect(SchemaChecker.check(value, against: schema, in: interface.root).faults == [], "\(line)")
        }
    }

    @Test func `does not pass what it does not describe`() throws {
        let interface = try Self.interface.get()
        func faults(_ text: String, _ status: Int = 200, _ type: String = "application/json") -> [String] {
            interface.faults(of: Data(text.utf8), status: status, type: type, to: "GET", "/v1/jobs/7")
        }
        let job = #"{"id": 7, "slot": "A1", "state": "done", "created": ""}"#
        #expect(faults(job) == [])
        #expect(faults(job.replacing("7", with: "0")) == ["GET /v1/jobs/{job} 200: id: 0 is beyond 1"])
        #expect(faults(job.replacing("done", with: "gone")).count == 1)
        #expect(faults(job.replacing("slot", with: "slots")).count == 2)
        #expect(faults(job, 207) == ["GET /v1/jobs/{job} 207 is not described"])
        #expect(faults(job, 200, "text/html").count == 1)
        #expect(faults("{", 404).count == 1)
    }
}

/// The page of the documentation that tells who may ask what.
@Suite struct InterfacePageTests {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    /// `make golden` writes the table anew.
    @Test func `has every route and who may ask it`() throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let operations = try InterfaceDocument().operations
        let rows = StationAPI(fixture.station).routes.map { route in
            let summary = operations.first {
                ($0.method, $0.path) == (route.method.rawValue, route.template)
            }?
            .summary
            let marks = [nil, .reader, .operate, .engineer].map { (asking: Role?) in
                let may = route.role.map { role in asking.map { $0 >= role } ?? false } ?? true
                return may ? "yes" : "–"
            }
            return
                "| `\(route.method.rawValue) \(route.template)` | \(marks.joined(separator: " | ")) | \(summary ?? "") |"
        }
        let table =
            ([
                "| Request | No token | reader | operator | engineer | What it is |",
                "|---|---|---|---|---|---|",
            ] + rows)
            .joined(separator: "\n")
        let page = Self.repository.appending(
            path: "Sources/Workbench/Workbench.docc/Reference/StationInterface.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let found = try #require(text.firstRange(of: /(?m)^\| Request (?:.|\n)*\|$/))
        if ProcessInfo.processInfo.environment["EXTFLASH_UPDATE_GOLDEN"] == "1" {
            return try Data(text.replacingCharacters(in: found, with: table).utf8).write(to: page)
        }
        #expect(text[found] == table, "`make golden` writes it anew")
    }
}
