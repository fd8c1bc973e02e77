// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

/// A probe as enumeration tells it: nothing was opened.
package struct SeenProbe: Codable, Hashable, Sendable {
    /// Where it is plugged in: `3-1.4.2`.
    package var path: String
    package var kind: String
    package var product: String
    package var serial: String?
    /// What keeps it from being used.
    package var obstacle: String?

    package init(path: String, kind: String, product: String, serial: String?, obstacle: String? = nil) {
        (self.path, self.kind, self.product) = (path, kind, product)
        (self.serial, self.obstacle) = (serial, obstacle)
    }

    /// Every probe that is plugged into this machine, each device once, in bus order.
    package static func all(on bench: Bench) async throws(WorkbenchError) -> [SeenProbe] {
        try await bench.run { keeper throws(WorkbenchError) in
            // Of a bench that keeps what it has, the library is set up once.
            let request = BenchRequest(probe: .only, paths: InstallationPaths(roots: []))
            let host = try keeper.host(for: request) { _ throws(WorkbenchError) in try MachineHost() }
            return try doing("looking for probes") { () throws(USBError) in try all(on: host.bus) }
        }
    }

    static func all(on bus: any USBBus) throws(USBError) -> [SeenProbe] {
        var seen: [SeenProbe] = []
        for probe in try FoundProbe.all(on: bus) where seen.last?.path != probe.device.location.description {
            seen.append(SeenProbe(probe))
        }
        return seen
    }
}

extension SeenProbe {
    fileprivate init(_ found: FoundProbe) {
        self.init(
            path: found.device.location.description, kind: found.candidate.kind,
            product: found.candidate.product.fitToShow, serial: found.candidate.serial?.fitToShow,
            obstacle: found.candidate.obstacle?.summary)
    }
}
