// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import StationTestKit
import Testing

@testable import StationServer

/// Asks a station's interface without a network: the router answers as it would behind a socket.
///
/// Every answer is held against the description of the interface.
struct APIClient {
    struct Reply {
        let status: HTTPResponse.Status
        let headers: HTTPFields
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
        self.init(StationAPI(station) { _ in }, access)
    }

    init(_ api: StationAPI, _ access: StationAPI.Access) {
        responder = api.router(access).buildResponder()
    }

    private static let interface = Result { try InterfaceDocument() }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [], headers: HTTPFields = [:]
    ) async throws -> Reply {
        let reply = try await send(method, path, body, headers: headers)
        let faults = try Self.interface.get().faults(
            of: Data(reply.text.utf8), status: reply.status.code, type: reply.headers[.contentType] ?? "",
            to: method.rawValue, String(path.prefix { $0 != "?" }))
        #expect(faults == [])
        return reply
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8], headers: HTTPFields
    ) async throws -> Reply {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "station", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: context)
        let sink = Sink()
        // One without an end is not waited for.
        let isEndless = response.headers[.contentType] == "text/event-stream"
        if !isEndless { try await response.body.write(sink) }
        return Reply(
            status: response.status, headers: response.headers,
            text: String(decoding: sink.bytes, as: UTF8.self))
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
