// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import ProductionJobs
import ProductionStore
import ServiceLifecycle
import Synchronization
import Testing

@testable import StationServer

/// Over a real socket.
@Suite struct `A station whose clients` {
    private struct Note: Encodable { let text: String }

    private static let listening = "GET /v1/events HTTP/1.1\r\nHost: x\r\n"

    /// The numbers of the events in what a listener heard.
    private func numbers(_ text: String) -> [Int] {
        text.matches(of: /(?m)^id: (\d+)$/).compactMap { Int($0.1) }
    }

    @Test func `are a thousand listeners tells every one of them everything`() async throws {
        try await LiveStation.with { live in
            let hub = live.fixture.station.context.hub
            var listeners: [RawClient] = []
            for _ in 0..<1000 {
                let listener = try await live.client()
                try await listener.send(Self.listening + "\r\n")
                listeners.append(listener)
            }
            for listener in listeners { _ = await listener.read(to: ": connected\n\n") }
            #expect(hub.listenerCount == 1000)
            for number in 1...20 { try hub.publish("note", Note(text: "\(number)")) }
            for listener in listeners {
                #expect(numbers(await listener.read(to: #"{"text":"20"}"#)) == Array(1...20))
            }
            // Others are served meanwhile.
            #expect(try await live.ask("GET /v1/slots HTTP/1.1").contains("200 OK"))
            for listener in listeners { try await listener.close() }
        }
    }

    @Test func `do not listen to what they asked for drops them, and they come back`() async throws {
        try await LiveStation.with { live in
            let hub = live.fixture.station.context.hub
            let (slow, quick) = (try await live.client(), try await live.client())
            for listener in [slow, quick] {
                try await listener.send(Self.listening + "\r\n")
                _ = await listener.read(to: ": connected\n\n")
            }
            try hub.publish("note", Note(text: "first"))
            _ = await slow.read(to: "first")
            try await slow.listens(false)
            // More than sockets and buffers hold; the quick one takes it piece by piece.
            let long = String(repeating: "x", count: 4096)
            for number in 0..<2000 {
                hub.tell("progress", Note(text: "\(number) \(long)"))
                if number % 100 == 99 { _ = await quick.read(to: "\"\(number) x") }
            }
            #expect(hub.listenerCount == 1)
            try hub.publish("note", Note(text: "second"))
            _ = await quick.read(to: "second")
            try await slow.listens(true)
            let heard = await slow.rest()
            #expect(!heard.contains("second"))
            let again = try await live.client()
            try await again.send(Self.listening + "Last-Event-ID: 1\r\n\r\n")
            #expect(numbers(await again.read(to: "second")) == [2])
            for listener in [quick, again] { try await listener.close() }
        }
    }

    @Test func `were away for longer than events are kept tells that some are gone`() async throws {
        try await LiveStation.with { live in
            let events = EventLog(database: live.fixture.memory.database, capacity: 10)
            for number in 1...256 { _ = try events.append(kind: "note", body: #"{"n":\#(number)}"#) }
            let late = try await live.client()
            try await late.send(Self.listening + "Last-Event-ID: 3\r\n\r\n")
            let heard = await late.read(to: #"{"n":256}"#)
            #expect(heard.contains("event: missed\ndata: {\"after\":3,\"next\":247}"))
            #expect(numbers(heard) == Array(247...256))
            // From another station, or from before its database was replaced.
            let stranger = try await live.client()
            try await stranger.send(Self.listening + "Last-Event-ID: 9000\r\n\r\n")
            #expect(await stranger.read(to: "\n\n").contains(#"{"after":9000,"next":257}"#))
            try live.fixture.station.context.hub.publish("note", Note(text: "new"))
            #expect(numbers(await stranger.read(to: "new")) == [257])
            for listener in [late, stranger] { try await listener.close() }
        }
    }

    @Test func `stay does not wait for them when it ends`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let (running, isRunning) = AsyncStream.makeStream(of: Void.self)
        let socket = fixture.folder + "/s"
        let door = StationDoor.application(fixture.station, .socket, at: .unixDomainSocket(path: socket)) {
            _ in
            isRunning.finish()
        }
        let services = ServiceGroup(services: [door], logger: fixture.station.context.log)
        async let end: Void = services.run()
        for await _ in running {}
        let listener = try await RawClient(socket)
        try await listener.send(Self.listening + "\r\n")
        _ = await listener.read(to: ": connected\n\n")
        await services.triggerGracefulShutdown()
        try await end
        #expect(await listener.rest().hasSuffix("0\r\n\r\n"))
    }

    @Test func `send a head byte by byte closes`() async throws {
        var limits = ConnectionLimits()
        limits.firstHead = .milliseconds(100)
        try await LiveStation.with(limits: limits) { live in
            let client = try await live.client()
            // It may be closed before the last of them.
            for byte in "GET /v1/sl" { try? await client.send("\(byte)") }
            #expect(await client.rest() == "")
            #expect(await live.isWell())
        }
    }

    @Test func `send a body byte by byte closes, and keeps what came`() async throws {
        var limits = ConnectionLimits()
        limits.bodyPeriod = .milliseconds(100)
        try await LiveStation.with(limits: limits) { live in
            let path = "/v1/images/\(ContentHash(of: StationFixture.image))"
            let client = try await live.client()
            let head = "PUT \(path)?name=a.bin HTTP/1.1\r\nHost: x\r\nContent-Length: 8192\r\n\r\n"
            try await client.send(Array(head.utf8) + StationFixture.image[..<100])
            _ = await client.rest()
            try await received(100, path, live)
            #expect(try live.fixture.memory.images.all().isEmpty)
        }
    }

    /// The answer to how much of an image is here; the station may still be at closing the connection before.
    private func received(_ count: Int, _ path: String, _ live: LiveStation) async throws {
        var found = ""
        for _ in 0..<1000 {
            found = try await live.ask("GET \(path) HTTP/1.1")
            if found.contains("\"received\":\(count)}") { return }
        }
        Issue.record("\(found)")
    }

    @Test func `break an upload off lets them go on, and keeps nothing half`() async throws {
        try await LiveStation.with { live in
            let image = StationFixture.image, path = "/v1/images/\(ContentHash(of: image))"
            let broken = try await live.client()
            let head = "PUT \(path)?name=a.bin&total=8192 HTTP/1.1\r\nHost: x\r\nContent-Length: 8192\r\n\r\n"
            try await broken.send(head)
            try await broken.send(Array(image[..<5000]))
            try await received(5000, path, live)
            // Somebody else with the same image waits until this one is gone.
            let other = try await live.ask("PUT \(path)?name=a.bin HTTP/1.1")
            #expect(other.contains("409") && other.contains("STO-037"), "\(other)")
            try await broken.close()
            #expect(try live.fixture.memory.images.all().isEmpty)
            var answer = ""
            for _ in 0..<1000 where !answer.contains("201") {
                let rest = try await live.client()
                try await rest.send(
                    "PUT \(path)?name=a.bin&offset=5000&total=8192 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3192\r\n\r\n"
                )
                try await rest.send(Array(image[5000...]))
                answer = await rest.rest()
            }
            #expect(answer.contains("201 Created"), "\(answer)")
            #expect(try live.fixture.memory.images.contents(ContentHash(of: image)) == image)
        }
    }

    @Test func `send more than the station takes tells them before it came`() async throws {
        try await LiveStation.with(tail: "limits: {image-size: 16 KiB, image-store: 20 KiB}") { live in
            let hash = ContentHash(of: [1])
            let announced = try await live.client()
            try await announced.send(
                "PUT /v1/images/\(hash)?name=a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            let refusal = await announced.read(to: "}}\n")
            #expect(refusal.contains("413") || refusal.contains("STO-035"), "\(refusal)")
            // In pieces, without a length.
            let piece = String(repeating: "x", count: 4096)
            let chunked = try await live.client()
            try await chunked.send(
                "PUT /v1/images/\(hash)?name=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            for _ in 0..<5 { try? await chunked.send("1000\r\n\(piece)\r\n") }
            try? await chunked.send("0\r\n\r\n")
            #expect(await chunked.rest().contains("STO-035"))
            #expect(try live.fixture.memory.images.all().isEmpty)
            // Parts of what nobody ended count too.
            let next = try await live.client()
            try await next.send(
                "PUT /v1/images/\(ContentHash(of: [2]))?name=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8192\r\n\r\n"
            )
            try? await next.send(String(repeating: "y", count: 8192))
            #expect(await next.rest().contains("STO-036"))
        }
    }

    @Test func `ask how much of images is here leaves no file behind`() async throws {
        try await LiveStation.with { live in
            for number in 0..<10 as Range<UInt8> {
                let answer = try await live.ask("GET /v1/images/\(ContentHash(of: [number])) HTTP/1.1")
                #expect(answer.contains(#"{"isComplete":false,"received":0}"#))
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: live.fixture.folder + "/images")
            #expect(files == [])
        }
    }

    @Test(arguments: [
        "/v1/units/..%2f..%2fstation.key", "/v1/units/%2e%2e", "/v1/../../etc/passwd", "/v1/units/a%00b",
        "/v1/images/%2e%2e%2fstation.db", "/v1/units/%ff%fe", "/v1/units/%", "//v1//..//",
        "/v1/slots/%2F/units",
        "/v1/batches/" + String(repeating: "a", count: 5000), "/" + String(repeating: "a/", count: 6000),
        "/v1/units?text=%00", "/v1/units?text=%ff", "/v1/pools/'%20OR%201=1--", "/page/..%2findex.html",
    ])
    func `play tricks with paths gets an answer, and nothing else`(path: String) async throws {
        try await LiveStation.with { live in
            let answer = try await live.ask("GET \(path) HTTP/1.1")
            let status = Int(answer.dropFirst(9).prefix(3)) ?? 0
            #expect(
                (400..<500).contains(status) || path.hasPrefix("/v1/units?") && status == 200, "\(answer)")
            #expect(!answer.contains("root:") && !answer.contains("SQLite"))
            #expect(await live.isWell())
        }
    }

    @Test(arguments: [
        "GET /health\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n", "\u{1}\u{2}\r\n\r\n",
        "POST /v1/start HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/start HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        "PUT /v1/start HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /health HTTP/1.1\r\n" + String(repeating: "X-A: b\r\n", count: 5000) + "\r\n",
        "GET /health HTTP/1.1\r\nX: " + String(repeating: "a", count: 1 << 20) + "\r\n\r\n",
        "GET /" + String(repeating: "a", count: 1 << 20) + " HTTP/1.1\r\n\r\n",
    ])
    func `speak no HTTP closes, and serves the others`(text: String) async throws {
        var limits = ConnectionLimits()
        (limits.firstHead, limits.bodyPeriod) = (.milliseconds(300), .milliseconds(300))
        try await LiveStation.with(limits: limits) { live in
            let client = try await live.client()
            // It may close before all of this is sent.
            try? await client.send(text)
            let answer = await client.rest()
            #expect(
                answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.contains("200 OK"), "\(answer)")
            #expect(await live.isWell())
        }
    }

    @Test(arguments: [
        String(repeating: "[", count: 500_000), String(repeating: "{\"a\":", count: 100_000),
        "{\"recipe\": \"p\", \"fields\": " + String(repeating: "{\"a\":", count: 400) + "1"
            + String(repeating: "}", count: 401),
        "{\"recipe\": \"p\", \"fields\": {\"a\": 1e999}}", "{\"recipe\": \"\\ud800\"}", "\u{feff}{}",
        "{\"recipe\":null}",
    ])
    func `send nested or broken bodies names what is wrong`(body: String) async throws {
        try await LiveStation.with { live in
            let answer = try await live.ask(
                "POST /v1/slots/A1/units HTTP/1.1\r\nContent-Length: \(body.utf8.count)", body)
            #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("STN-002"), "\(answer.prefix(400))")
        }
    }
}
