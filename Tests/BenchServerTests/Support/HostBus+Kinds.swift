// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import SimulatedBench

@testable import BenchServer

extension HostBus {
    /// A bus that has been up for a second, with one probe of each kind in front of a board of its own.
    static func holding(_ kinds: [BenchConfiguration.ProbeKind]) -> HostBus {
        let bus = HostBus(
            kinds.map { kind in
                var configuration = BenchConfiguration()
                configuration.probe = kind
                return SimulatedBench(configuration)
            })
        bus.advance(to: .seconds(1))
        return bus
    }
}
