// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import NIOCore
import ProductionStore
import ServiceLifecycle

extension StationAPI {
    /// Server-sent events: what was missed since `Last-Event-ID`, then what happens.
    func events(_ request: APIRequest) throws(StationError) -> Response {
        if let name = HTTPField.Name("Last-Event-ID"), let text = request.request.headers[name] {
            guard let id = Int64(text), id >= 0 else { throw .badRequest("`Last-Event-ID` is a number") }
            return try stream(after: id)
        }
        return try stream(after: try request.number("after"))
    }

    private func stream(after last: Int64?) throws(StationError) -> Response {
        let hub = station.context.hub
        // Listening begins before the past is read, so that nothing falls between.
        let stream = hub.listen()
        let past: (after: Int64, greeting: String)?
        if let last { past = try begin(after: last) } else { past = nil }
        var headers: HTTPFields = [.contentType: "text/event-stream"]
        headers[.cacheControl] = "no-store"
        let body = ResponseBody { writer in
            // The first bytes tell the listener that it is connected.
            try await writer.write(ByteBuffer(string: past?.greeting ?? ": connected\n\n"))
            var seen = past?.after ?? 0
            while past != nil, case let missed = try hub.missed(after: seen), let end = missed.last?.id {
                for event in missed { try await writer.write(event.frame) }
                seen = end
            }
            // The server would wait for ever for listeners.
            for await event in stream.cancelOnGracefulShutdown() {
                if let id = event.id {
                    guard id > seen else { continue }
                    seen = id
                }
                try await writer.write(event.frame)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private struct Gap: Encodable {
        /// The last event that the listener has heard.
        let after: Int64
        /// The next that it can hear.
        let next: Int64
    }

    /// Where to begin for one who heard `last`; events that are not kept any more are told to be gone, as are those of
    /// a database that was replaced.
    private func begin(after last: Int64) throws(StationError) -> (after: Int64, greeting: String) {
        let events = station.context.memory.events
        let (first, newest) = try asking { () throws(StoreError) in (try events.first(), try events.last()) }
        let start = last > newest ? newest : max(last, (first ?? 1) - 1)
        guard start != last else { return (last, ": connected\n\n") }
        return (start, "event: missed\ndata: \(EventHub.json(Gap(after: last, next: start + 1)))\n\n")
    }
}
