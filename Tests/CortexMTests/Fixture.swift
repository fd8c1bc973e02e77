// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugTestKit
import Essentials

/// A core behind AP0 of a fake probe.
struct Fixture {
    let probe = FakeProbe()
    let time = VirtualTime()
    let bus = FakeMemory()
    let fake: FakeCore
    let core: Core

    /// `blockLimit` nil: the probe has no block commands.
    init(cpuid: UInt32 = 0x411F_C271, blockLimit: Int? = nil) throws {
        fake = FakeCore(on: bus, cpuid: cpuid)
        probe.accessPorts[0] = FakeAccessPort(memory: bus)
        probe.blockLimit = blockLimit
        let port = DebugPort(probe: probe, timebase: time, trace: .silent)
        try port.connect(clock: .megahertz(4))
        core = Core(
            name: "M7", memory: MemoryAccessPort(port: port, index: 0, isCacheable: true), timebase: time,
            trace: .silent)
    }

    func halted() throws -> Fixture {
        try core.halt()
        try core.identify()
        fake.clearLog()
        return self
    }

    static let stack: Range<UInt32> = 0x2400_4000..<0x2400_5000
    static let gate: UInt32 = 0x2400_5000
    /// With a guard below the stack.
    static let site = CallSite(stack: stack, guardArea: 0x2400_3000..<0x2400_4000, gate: gate)
    /// As ST's tool calls: the return is a BKPT below the image, and nothing guards the stack.
    static let vendorSite = CallSite(stack: stack, guardArea: nil, gate: gate, returnTrap: 0x2400_0000)

    func call(
        arguments: [UInt32] = [], deadline: Duration = .seconds(2), site: CallSite = site
    ) -> FunctionCall {
        FunctionCall(name: "Init", entry: 0x2400_0799, arguments: arguments, site: site, deadline: deadline)
    }
}
