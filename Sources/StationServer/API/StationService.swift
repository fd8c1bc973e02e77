// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Hummingbird
import Logging
import NIOCore
import ProductionJobs
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A station with its doors to the world, until it is asked to stop.
package struct StationService: Sendable {
    private let station: Station
    /// Is told how the station fares.
    private let manager: ServiceManager

    package init(_ station: Station) { (self.station, manager) = (station, ServiceManager()) }

    /// Runs until SIGTERM or SIGINT; then units in work get the time they may take, and everything is closed.
    package func run() async throws {
        let http = station.context.definition.http
        let doors = [http.socket != nil, http.listen != nil].count { $0 }
        let opening = Doors(toOpen: doors) { [manager, definition = station.context.definition] in
            manager.tell(.ready("\(definition.title): \(definition.slots.count) slots"))
        }
        let watchdog = WatchdogService(manager: manager, log: station.context.log) { [station] in
            _ = try await station.slots()
        }
        StationDoor.raiseFileLimit()
        try station.loadCertificate()
        var services: [any Service] = [station, ReloadOnSignal(station: station), watchdog]
        if let path = http.socket {
            try StaleSocket.remove(path)
            services.append(application(.socket, .unixDomainSocket(path: path), opening))
        }
        if let listen = http.listen {
            services.append(application(.token, .hostname(listen.address, port: Int(listen.port)), opening))
        }
        if let gang = station.context.definition.gang {
            if let listen = gang.listen {
                services.append(
                    GangPort(station, at: .address(listen.address, port: Int(listen.port))))
            }
            if let path = gang.socket { services.append(GangPort(station, at: .socket(path))) }
        }
        if http.socket == nil, http.listen == nil {
            station.context.log.warning("the station file has no `http`: nobody can ask anything")
        }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: station.context.log)
        // Listeners to events would keep the server open for ever.
        configuration.maximumGracefulShutdownDuration = station.context.definition.parkTime + .seconds(10)
        do { try await ServiceGroup(configuration: configuration).run() } catch let error as IOError {
            throw StationError.cannotListen(
                on: [http.socket, http.listen.map { "\($0.address):\($0.port)" }].compactMap { $0 }
                    .joined(separator: " or "), detail: String(cString: strerror(error.errnoCode)))
        }
    }

    private func application(
        _ access: StationAPI.Access, _ address: BindAddress, _ doors: Doors
    ) -> some Service {
        let path = station.context.definition.http.socket
        return StationDoor.application(station, access, at: address) { _ in
            if access == .socket, let path { chmod(path, 0o660) }
            doors.opened()
        }
    }
}

/// Says once that every door of the station is open.
private final class Doors: Sendable {
    private let left: Mutex<Int>
    private let allOpen: @Sendable () -> Void

    init(toOpen count: Int, _ allOpen: @escaping @Sendable () -> Void) {
        left = Mutex(count)
        self.allOpen = allOpen
        if count == 0 { allOpen() }
    }

    func opened() {
        let isLast = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isLast { allOpen() }
    }
}
