// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
package import Hummingbird
import HummingbirdCore
import NIOCore

/// A place where the station answers.
package enum StationDoor {
    /// `opened` is called once, when it can be asked.
    package static func application(
        _ station: Station, _ access: StationAPI.Access, at address: BindAddress,
        limits: ConnectionLimits = ConnectionLimits(),
        opened: @escaping @Sendable (Int?) -> Void
    ) -> Application<RouterResponder<BasicRequestContext>> {
        let log = station.context.log
        let limits = limits.within(files: fileLimit())
        let certificate = access == .token ? station.context.certificate : nil
        return Application(
            router: StationAPI(station).router(access),
            server: HTTPServerBuilder { StationChannel($0, limits, certificate) },
            configuration: ApplicationConfiguration(
                address: address, serverName: "extflashd",
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { channel in opened(channel.localAddress?.port) }, logger: log)
    }

    /// As many files as this process may have open at a time.
    private static func fileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets this process open as many files as it ever may: a connection is one, and many systems begin with 1024.
    package static func raiseFileLimit() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(kind, &limit)
    }
}
