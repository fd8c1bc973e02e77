// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Hummingbird
import Logging
import ProductionJobs
import ServiceLifecycle
import UnixSignals

/// A station with its doors to the world, until it is asked to stop.
package struct StationService: Sendable {
    private let station: Station

    package init(_ station: Station) { self.station = station }

    /// Runs until SIGTERM or SIGINT; then units in work get the time they may take, and everything is closed.
    package func run() async throws {
        let http = station.context.definition.http
        var services: [any Service] = [station]
        if let path = http.socket {
            try removeStaleSocket(path)
            services.append(application(.socket, .unixDomainSocket(path: path)))
        }
        if let listen = http.listen {
            services.append(application(.token, .hostname(listen.address, port: Int(listen.port))))
        }
        if http.socket == nil, http.listen == nil {
            station.context.log.warning("the station file has no `http`: nobody can ask anything")
        }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: station.context.log)
        // Listeners to events would keep the server open for ever.
        configuration.maximumGracefulShutdownDuration = station.context.definition.parkTime + .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func application(_ access: StationAPI.Access, _ address: BindAddress) -> some Service {
        let (log, path) = (station.context.log, station.context.definition.http.socket)
        return Application(
            router: StationAPI(station).router(access),
            configuration: ApplicationConfiguration(address: address, serverName: "extflashd"),
            onServerRunning: { _ in
                if access == .socket, let path { chmod(path, 0o660) }
                log.info("listening", metadata: ["address": "\(address)"])
            }, logger: log)
    }

    /// What a station that was killed has left; a file that is no socket is none of ours.
    private func removeStaleSocket(_ path: String) throws(StationError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw .cannotListen(on: path, detail: "there is a file that is no socket")
        }
        unlink(path)
    }
}
