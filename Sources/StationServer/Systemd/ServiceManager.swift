// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Logging
import ServiceLifecycle

/// Tells the service manager how the station fares, when one has started it (sd_notify(3), `Type=notify`).
///
/// With `WatchdogSec=` it is told regularly that the station still answers; a station whose slots or memory no longer
/// answer says nothing, and is started anew.
final class ServiceManager: Sendable {
    private let path: String?
    /// How often the service manager wants to hear from the station.
    let watchdog: Duration?

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid()
    ) {
        path = environment["NOTIFY_SOCKET"]
        // The variable may have been handed on by another process that it was meant for.
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        watchdog =
            isMeant
            ? environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 > 0 ? .microseconds($0) : nil }
            : nil
    }

    /// Whether it was told; without a service manager there is nobody to tell.
    @discardableResult
    func tell(_ state: State) -> Bool {
        guard let path, let socket = DatagramSocket(path) else { return false }
        return socket.send(state.text.utf8)
    }

    enum State: Sendable {
        case ready(String)
        case stopping
        case alive

        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .stopping: "STOPPING=1\nSTATUS=units in work are finished"
            case .alive: "WATCHDOG=1"
            }
        }
    }
}

/// Says within every half of the watchdog's time that the station answers.
struct WatchdogService: Service {
    let manager: ServiceManager
    let log: Logger
    /// Comes back when slots and memory have answered; throws when they cannot.
    let look: @Sendable () async throws -> Void

    func run() async {
        await withGracefulShutdownHandler {
            guard let interval = manager.watchdog else { return await idle() }
            while !Task.isCancelled {
                do {
                    try await look()
                    manager.tell(.alive)
                } catch {
                    log.error("the station does not answer itself: \(error)")
                }
                do { try await Task.sleep(for: interval / 2) } catch { return }
            }
        } onGracefulShutdown: { [manager] in
            manager.tell(.stopping)
        }
    }

    /// A service that returns would end the group.
    private func idle() async {
        do { try await gracefulShutdown() } catch { return }
    }
}
