// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import NIOCore
import NIOPosix

/// A client that sends what it likes, byte by byte, and reads when it likes; for one task at a time.
final class RawClient: @unchecked Sendable {
    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let pieces: AsyncStream<ByteBuffer>.Continuation

        init(_ pieces: AsyncStream<ByteBuffer>.Continuation) { self.pieces = pieces }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { pieces.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { pieces.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    private var iterator: AsyncStream<ByteBuffer>.Iterator
    private var unread: [UInt8] = []

    init(_ path: String) async throws {
        let (pieces, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        iterator = pieces.makeAsyncIterator()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }.connect(unixDomainSocketPath: path).get()
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// What comes up to `mark` and with it; up to the end of the connection where it does not come.
    func read(to mark: String) async -> String {
        let mark = Array(mark.utf8)
        // What was looked at already, but for a mark that begins there.
        var seen = 0
        while true {
            if let start = unread.index(of: mark, from: seen) {
                let end = start + mark.count
                defer { unread.removeFirst(end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            seen = max(0, unread.count - mark.count + 1)
            guard let piece = await iterator.next() else { return await rest() }
            unread += Array(buffer: piece)
        }
    }

    /// Everything up to the end of the connection.
    func rest() async -> String {
        while let piece = await iterator.next() { unread += Array(buffer: piece) }
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    /// Takes nothing more from the connection, or goes on with it.
    func listens(_ isListening: Bool) async throws {
        try await channel.setOption(.autoRead, value: isListening).get()
    }

    func close() async throws { try await channel.close() }
}

extension [UInt8] {
    fileprivate func index(of mark: [UInt8], from start: Int) -> Int? {
        guard count >= mark.count else { return nil }
        return withUnsafeBufferPointer { bytes in
            var index = start
            while index <= bytes.count - mark.count {
                if bytes[index] == mark[0], bytes[index..<index + mark.count].elementsEqual(mark) {
                    return index
                }
                index += 1
            }
            return nil
        }
    }
}
