// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Hummingbird
import NIOCore
import NIOPosix
import NIOSSL
import ProductionJobs
import StationTestKit
import Testing

@testable import StationServer

@Suite struct `A door with a certificate` {
    private func put(_ certificate: String, _ key: String, in folder: String) throws {
        for (name, file) in [(certificate, "c.pem"), (key, "c.key")] {
            try Data(contentsOf: URL(filePath: TestCertificates.path(name)))
                .write(to: URL(filePath: "\(folder)/\(file)"), options: .atomic)
        }
    }

    /// Shakes hands, and tells until when the certificate of the other side is valid.
    private func expiry(port: Int, latest: TLSVersion = .tlsv13) async throws -> Int64? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        (configuration.minimumTLSVersion, configuration.maximumTLSVersion) = (.tlsv1, latest)
        let context = try NIOSSLContext(configuration: configuration)
        let (found, certificates) = AsyncStream.makeStream(of: Int64.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: context, serverHostname: nil,
                        customVerificationCallback: { chain, promise in
                            if let leaf = chain.first { certificates.yield(Int64(leaf.notValidAfter)) }
                            promise.succeed(.certificateVerified)
                        })
                    try channel.pipeline.syncOperations.addHandlers([handler, Ending(certificates)])
                }
            }.connect(host: "127.0.0.1", port: port).get()
        let expiry = await found.first { _ in true }
        try? await channel.close()
        return expiry
    }

    /// Notices that the other side wants no connection.
    private final class Ending: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let found: AsyncStream<Int64>.Continuation
        init(_ found: AsyncStream<Int64>.Continuation) { self.found = found }
        func channelInactive(context: ChannelHandlerContext) { found.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            found.finish()
            context.close(promise: nil)
        }
    }

    @Test func `takes a new one without a restart, and keeps the old one where the new one is of no use`()
        async throws
    {
        let files = NSTemporaryDirectory() + "extflash-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: files) }
        try put("station.pem", "station.key", in: files)
        let fixture = try StationFixture(
            tail: "http: {listen: 0.0.0.0:8443, certificate: \(files)/c.pem, key: \(files)/c.key}")
        defer { fixture.remove() }
        let station = fixture.station
        try await DoorRun.encrypted(station) { port in
            let old = try #require(try await expiry(port: port))
            #expect(try await expiry(port: port, latest: .tlsv12) == old)
            #expect(try await expiry(port: port, latest: .tlsv11) == nil)
            for (certificate, key, code) in [
                ("other.pem", "station.key", "TLS-003"), ("expired.pem", "expired.key", "TLS-004"),
                ("authority.pem", "authority.pem", "TLS-002"),
            ] {
                try put(certificate, key, in: files)
                let error = await #expect(throws: StationError.self) {
                    _ = try await station.reload(to: station.context.definition)
                }
                #expect(error?.origin.code == code)
                #expect(try await expiry(port: port) == old)
            }
            try put("other.pem", "other.key", in: files)
            _ = try await station.reload(to: station.context.definition)
            let new = try #require(try await expiry(port: port))
            #expect(new < old)
        }
    }
}
