// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import NIOCore
import NIOHTTPTypes

/// Closes connections of clients that do not send what they began, or do not take what they asked for.
///
/// It stands behind the HTTP decoder: a head that comes byte by byte is none before it is whole.
final class SlowClients: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    /// Requests whose answer is not whole.
    private var unanswered = 0
    /// A request's body is not whole.
    private var hasBodyToCome = false
    /// Of the body, in this period.
    private var received = 0
    /// Of a body whose request was answered.
    private var leftOver = 0
    /// The station asks for bytes: it is not the one who is slow.
    private var wantsBytes = false
    private var head: Scheduled<Void>?
    private var body: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { awaitHead(within: limits.firstHead, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if head == nil { awaitHead(within: limits.firstHead, context) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        for task in [head, body, stall] { task?.cancel() }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for task in [head, body, stall] { task?.cancel() }
    }

    func read(context: ChannelHandlerContext) {
        wantsBytes = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        wantsBytes = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            head?.cancel()
            unanswered += 1
            (hasBodyToCome, received, leftOver) = (true, 0, 0)
            awaitBody(context)
        case .body(let bytes):
            received += bytes.readableBytes
            if unanswered == 0 {
                leftOver += bytes.readableBytes
                guard leftOver <= limits.leftOver else { return context.close(promise: nil) }
            }
        case .end:
            hasBodyToCome = false
            body?.cancel()
            if unanswered == 0 { awaitHead(within: limits.nextHead, context) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered = max(0, unanswered - 1)
            if unanswered == 0, !hasBodyToCome { awaitHead(within: limits.nextHead, context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        if !context.channel.isWritable { stall = close(context, after: limits.stall) }
        context.fireChannelWritabilityChanged()
    }

    private func awaitHead(within limit: TimeAmount, _ context: ChannelHandlerContext) {
        head?.cancel()
        head = close(context, after: limit)
    }

    private func awaitBody(_ context: ChannelHandlerContext) {
        body?.cancel()
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let this = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        body = context.value.eventLoop.scheduleTask(in: limits.bodyPeriod) {
            this.value.judgeBody(context.value)
        }
    }

    private func judgeBody(_ context: ChannelHandlerContext) {
        guard hasBodyToCome else { return }
        guard !wantsBytes || received >= limits.bodyPace else { return context.close(promise: nil) }
        received = 0
        awaitBody(context)
    }

    private func close(_ context: ChannelHandlerContext, after limit: TimeAmount) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: limit) { bound.value.close(promise: nil) }
    }
}
