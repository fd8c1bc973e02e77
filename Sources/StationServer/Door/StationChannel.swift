// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection to the station: HTTP/1.1, over TLS where there is a certificate.
struct StationChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value
    private let base: HTTP1Channel
    /// Asked at every connection: another one may be in force.
    private let certificate: LiveCertificate?

    init(
        _ responder: @escaping HTTPChannelHandler.Responder, _ limits: ConnectionLimits,
        _ certificate: LiveCertificate?
    ) {
        self.certificate = certificate
        base = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [SlowClients(limits)],
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.headSize, maxHeaderListSize: limits.headSize,
                    maxHeaderFieldCount: limits.headerCount)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard let context = certificate?.context else { return base.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
