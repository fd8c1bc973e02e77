// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The port where a tester's program finds a gang programmer.
///
/// It asks for no token: it listens on loopback or a socket file unless the station file opens it to the network.
package struct GangPort: Service {
    package enum Place: Hashable, Sendable {
        case address(String, port: Int)
        case socket(String)
    }

    private let station: Station
    private let place: Place
    /// Told where it listens.
    private let onListening: @Sendable (SocketAddress?) -> Void
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Testers at the same time.
    private static let connectionLimit = 16
    /// Answers that wait for one tester; more mean that it does not read.
    private static let replyLimit = 1024
    /// For one answer to be taken.
    private static let patience = Duration.seconds(10)

    package init(
        _ station: Station, at place: Place,
        onListening: @escaping @Sendable (SocketAddress?) -> Void = { _ in }
    ) {
        (self.station, self.place, self.onListening) = (station, place, onListening)
    }

    package func run() async throws {
        let listener = try await listen()
        onListening(listener.channel.localAddress)
        do { try await serve(listener) } catch is CancellationError {
            // The station ends, and with it the connections.
        }
    }

    private func serve(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        let visitors = Visitors()
        try await cancelWhenGracefulShutdown {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        let isFree = visitors.enter() <= Self.connectionLimit
                        group.addTask {
                            await serve(connection, isFree: isFree)
                            visitors.leave()
                        }
                    }
                }
            }
        }
    }

    private func listen() async throws -> NIOAsyncChannel<Connection, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 16)
            .childChannelOption(.maxMessagesPerRead, value: 1)
        @Sendable func accept(_ channel: any Channel) -> EventLoopFuture<Connection> {
            channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
        }
        do {
            switch place {
            case .address(let host, let port):
                return try await bootstrap.bind(host: host, port: port) { accept($0) }
            case .socket(let path):
                try StaleSocket.remove(path)
                let listener = try await bootstrap.bind(unixDomainSocketPath: path) { accept($0) }
                chmod(path, 0o660)
                return listener
            }
        } catch let error as IOError {
            throw StationError.cannotListen(
                on: "\(place)", detail: String(cString: strerror(error.errnoCode)))
        }
    }

    private func serve(_ connection: Connection, isFree: Bool) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                guard isFree else { return }
                let (replies, queue) = AsyncStream.makeStream(
                    of: GangReply.self, bufferingPolicy: .bufferingOldest(Self.replyLimit))
                let channel = connection.channel
                let session = GangSession(station) { reply in
                    // One that does not read what it asked for is not served further.
                    if case .dropped = queue.yield(reply) { channel.close(promise: nil) }
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await reply in replies { try await Self.send(reply, on: outbound, of: channel) }
                    }
                    var lines = GangLines()
                    for try await buffer in inbound {
                        for line in lines.take(buffer.readableBytesView) { await session.take(line) }
                    }
                    group.cancelAll()
                }
            }
        } catch {
            station.context.log.debug("a tester's connection ended", metadata: ["detail": "\(error)"])
        }
    }

    private static func send(
        _ reply: GangReply, on outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, of channel: any Channel
    ) async throws {
        let timer = Task {
            try await Task.sleep(for: patience)
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        try await outbound.write(ByteBuffer(string: reply.line + "\r\n"))
    }
}

extension GangPort.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let host, let port): "\(host):\(port)"
        case .socket(let path): path
        }
    }
}

/// Counts who is connected.
private final class Visitors: Sendable {
    private let count = Mutex(0)

    /// How many there are with this one.
    func enter() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
    func leave() { count.withLock { $0 -= 1 } }
}
