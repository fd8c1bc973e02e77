// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Something that happened on a station.
package struct StationEvent: Hashable, Sendable {
    /// Nil for progress, which is not kept.
    package var id: Int64?
    package var kind = "message"
    /// JSON.
    package var data = ""

    package func body<Body: Decodable>(_ type: Body.Type) throws(StationClientError) -> Body {
        do { return try JSONDecoder().decode(type, from: Data(data.utf8)) } catch {
            let number = id.map { " \($0)" } ?? ""
            throw .notUnderstood("the station", detail: "event\(number), `\(kind)`, holds no \(type)")
        }
    }
}

/// Reads a stream of server-sent events (HTML standard, section 9.2.6) from pieces of any size.
struct StationEventParser {
    private var line: [UInt8] = []
    private var event = StationEvent()
    private var hasData = false
    private static let lineLimit = 1 << 20

    /// The events that the bytes complete; nil where a line is longer than any event's.
    mutating func add(_ bytes: [UInt8]) -> [StationEvent]? {
        var events: [StationEvent] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                if let complete = take(String(decoding: line, as: UTF8.self)) { events.append(complete) }
                line.removeAll(keepingCapacity: true)
            } else {
                guard line.count < Self.lineLimit else { return nil }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func take(_ line: String) -> StationEvent? {
        guard !line.isEmpty else {
            defer { (event, hasData) = (StationEvent(), false) }
            return hasData ? event : nil
        }
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
        var value = line[line.index(after: colon)...]
        if value.first == " " { value.removeFirst() }
        switch line[..<colon] {
        case "id": event.id = Int64(value)
        case "event": event.kind = String(value)
        case "data":
            event.data += (hasData ? "\n" : "") + value
            hasData = true
        default: break
        }
        return nil
    }
}

extension StationConnection {
    /// What a listener wants after an event.
    package enum Listening: Sendable { case goesOn, ends }

    /// Tells every event after `last` until the listener has enough; a connection that breaks is made anew, from the
    /// last event on.
    ///
    /// `connected` is called once, when nothing that happens from now on is missed; `pause` where nothing was heard for
    /// a while, or the connection was made anew.
    package func events(
        after last: Int64?, connected: () async throws(StationClientError) -> Listening,
        _ listener: (StationEvent) async throws(StationClientError) -> Listening,
        pause: () async throws(StationClientError) -> Listening
    ) async throws(StationClientError) {
        var last = last
        var failures = 0, isFirst = true
        while true {
            var parser = StationEventParser()
            do throws(StationClientError) {
                var question = Question(.get, ["events"])
                if let last { question.headers = [("Last-Event-ID", "\(last)")] }
                let stream = try await open(question)
                failures = 0
                if isFirst, case .ends = try await connected() { return }
                isFirst = false
                while let bytes = try await stream.next() {
                    guard let events = parser.add(bytes) else {
                        throw .notUnderstood(address.text, detail: "an event is too long")
                    }
                    for event in events {
                        if let id = event.id { last = id }
                        if case .ends = try await listener(event) { return }
                    }
                }
            } catch {
                // A station that restarts is away for a moment; what it refuses stays refused.
                switch error {
                case .broken: break
                case .unreachable where failures < 5: failures += 1
                default: throw error
                }
            }
            if case .ends = try await pause() { return }
            if failures > 0 { await Self.wait(seconds: failures) }
        }
    }
}
