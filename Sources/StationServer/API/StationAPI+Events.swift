// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import NIOCore
import ProductionStore

extension StationAPI {
    /// Server-sent events: what was missed since `Last-Event-ID`, then what happens.
    func events(_ request: APIRequest) throws(StationError) -> Response {
        if let name = HTTPField.Name("Last-Event-ID"), let text = request.request.headers[name] {
            guard let id = Int64(text) else { throw .badRequest("`Last-Event-ID` is a number") }
            return stream(after: id)
        }
        return stream(after: try request.number("after"))
    }

    private func stream(after last: Int64?) -> Response {
        let hub = station.context.hub
        // Listening begins before the past is read, so that nothing falls between.
        let stream = hub.listen()
        var headers: HTTPFields = [.contentType: "text/event-stream"]
        headers[.cacheControl] = "no-store"
        let body = ResponseBody { writer in
            var seen = last ?? 0
            if let last {
                var after = last
                while case let missed = try hub.missed(after: after), let end = missed.last?.id {
                    for event in missed { try await writer.write(Self.frame(event)) }
                    (after, seen) = (end, end)
                }
            } else {
                // The first bytes tell the listener that it is connected.
                try await writer.write(ByteBuffer(string: ": connected\n\n"))
            }
            for await event in stream {
                if let id = event.id {
                    guard id > seen else { continue }
                    seen = id
                }
                try await writer.write(Self.frame(event))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func frame(_ event: EventHub.Event) -> ByteBuffer {
        let id = event.id.map { "id: \($0)\n" } ?? ""
        return ByteBuffer(string: "\(id)event: \(event.kind)\ndata: \(event.body)\n\n")
    }
}
