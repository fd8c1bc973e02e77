// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import DebugTestKit
import Essentials

/// A connected debug port with an AHB-AP 0 and an APB-AP 2.
struct Fixture {
    let probe = FakeProbe()
    let time = VirtualTime()
    let bus = FakeMemory()
    let debugBus = FakeMemory()
    let port: DebugPort

    init(connected: Bool = true) throws {
        probe.accessPorts[0] = FakeAccessPort(memory: bus)
        probe.accessPorts[2] = FakeAccessPort(identification: 0x5477_0002, csw: 0x8000_0042, memory: debugBus)
        port = DebugPort(probe: probe, timebase: time, trace: .silent)
        if connected { try port.connect(clock: .megahertz(4)) }
    }

    func memory(_ index: UInt8 = 0, isCacheable: Bool = false) -> MemoryAccessPort {
        MemoryAccessPort(port: port, index: index, isCacheable: isCacheable)
    }

    /// Batches since `start`, without the register names' noise.
    func batches(since start: Int) -> [[DAPOperation]] { Array(probe.batches[start...]) }
}

extension ProbeError {
    static func answer(_ answer: FailedAcknowledge) -> ProbeError {
        .acknowledge(answer, operation: 0, valuesRead: [])
    }
}
