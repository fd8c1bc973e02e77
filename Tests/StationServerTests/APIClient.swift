// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import StationServer

/// Asks a station's interface without a network: the router answers as it would behind a socket.
struct APIClient {
    struct Reply {
        let status: HTTPResponse.Status
        let text: String

        var json: [String: Any] {
            get throws {
                try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            }
        }
        var code: String? { get throws { (try json["error"] as? [String: Any])?["code"] as? String } }
    }

    private let responder: any HTTPResponder<BasicRequestContext>

    init(_ station: Station, _ access: StationAPI.Access = .socket) {
        responder = StationAPI(station).router(access).buildResponder()
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [], headers: HTTPFields = [:]
    ) async throws -> Reply {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "station", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: context)
        let sink = Sink()
        try await response.body.write(sink)
        return Reply(status: response.status, text: String(decoding: sink.bytes, as: UTF8.self))
    }

    func ask(_ method: HTTPRequest.Method, _ path: String, _ body: String, headers: HTTPFields = [:])
        async throws
        -> Reply
    {
        try await ask(method, path, Array(body.utf8), headers: headers)
    }

    private final class Sink: ResponseBodyWriter {
        var bytes: [UInt8] = []
        func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer: buffer) }
        func finish(_: HTTPFields?) async throws {}
    }
}
