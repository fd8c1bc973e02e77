// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import StationServer

/// In the time of an event loop that a test moves.
@Suite struct `Connections of slow clients` {
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .put, scheme: nil, authority: nil, path: "/"))
    private static let answer = HTTPResponsePart.head(HTTPResponse(status: .ok))

    init() throws {
        channel = EmbeddedChannel(handler: SlowClients(ConnectionLimits()), loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
    }

    private func body(_ count: Int) -> HTTPRequestPart {
        .body(ByteBuffer(repeating: 0, count: count))
    }

    private func pass(_ seconds: Int64) { loop.advanceTime(by: .seconds(seconds)) }

    @Test func `end where no request comes`() {
        pass(19)
        #expect(channel.isActive)
        pass(1)
        #expect(!channel.isActive)
    }

    @Test func `stay between requests for longer than clients keep them, and no more`() throws {
        try channel.writeInbound(Self.head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        // However long the answer takes.
        pass(10_000)
        #expect(channel.isActive)
        try channel.writeOutbound(Self.answer)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        pass(89)
        #expect(channel.isActive)
        pass(1)
        #expect(!channel.isActive)
    }

    @Test func `stay as long as a body advances`() throws {
        try channel.writeInbound(Self.head)
        for _ in 0..<100 {
            channel.read()
            try channel.writeInbound(body(4096))
            channel.read()
            pass(20)
        }
        #expect(channel.isActive)
        try channel.writeInbound(body(4095))
        channel.read()
        pass(20)
        #expect(!channel.isActive)
    }

    @Test func `stay while it is the station that does not read`() throws {
        try channel.writeInbound(Self.head)
        pass(1000)
        #expect(channel.isActive)
        channel.read()
        pass(20)
        #expect(!channel.isActive)
    }

    @Test func `end where the rest of an answered request has no end`() throws {
        try channel.writeInbound(Self.head)
        try channel.writeOutbound(Self.answer)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        try channel.writeInbound(body(4 << 20))
        #expect(channel.isActive)
        try channel.writeInbound(body(1))
        #expect(!channel.isActive)
    }

    @Test func `end where nothing of an answer is taken`() throws {
        try channel.writeInbound(Self.head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        pass(29)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        pass(100)
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        pass(30)
        #expect(!channel.isActive)
    }
}
