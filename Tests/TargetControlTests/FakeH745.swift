// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import DebugTestKit
import Essentials
import Foundation
import HardwareDescription
import TargetControl

/// A dual-core part as its access ports show it, with an application that a test can misbehave.
///
/// It keeps itself alive: what hangs on the bus must outlive the last mention in a test.
final class FakeH745 {
    let probe = FakeProbe()
    let time = VirtualTime()
    let bus = FakeMemory(isBlank: true)
    let debugBus = FakeMemory(isBlank: true)
    let secondBus = FakeMemory(isBlank: true)
    let m7: FakeCore
    let m4: FakeCore
    var steps: [String] = []
    /// Accesses to the debug bus and both cores' DHCSR in the order they came.
    var order: [String] = []
    var resets = 0

    init(device: UInt32 = 0x2003_6450, hasSecondCore: Bool = true) {
        m7 = FakeCore(on: bus)
        m4 = FakeCore(on: secondBus, cpuid: 0x410F_C241)
        probe.accessPorts[0] = FakeAccessPort(memory: bus)
        probe.accessPorts[1] = FakeAccessPort(memory: bus)
        probe.accessPorts[2] = FakeAccessPort(identification: 0x5477_0002, csw: 0x8000_0042, memory: debugBus)
        if hasSecondCore {
            probe.accessPorts[3] = FakeAccessPort(identification: 0x2477_0011, memory: secondBus)
            bus.setWord(0x00C0_0030, at: 0x5200_201C)
        } else {
            bus.setWord(0x0000_0030, at: 0x5200_201C)
        }
        debugBus.setWord(device, at: 0xE00E_1000)
        bus.setWord(0x6, at: 0x5802_480C)
        bus.setWord(0x0FFF, at: 0x5800_4808)
        bus.setWord(0x0FFF, at: 0x5800_4C08)
        m7.onReset = { _ in self.resetPeripherals() }
        m4.onReset = { _ in self.m7.reset() }
        probe.onReset = { isLow in if !isLow { self.m7.reset() } }
        note(debugBus, 0xE00E_1004, "DBGMCU_CR")
        note(debugBus, 0xE00E_1054, "APB4FZ1")
    }

    /// As the project ships it.
    static func definition(_ name: String) throws -> TargetDefinition {
        let config = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Config")
        let file = config.appending(path: "targets/\(name).yaml").standardized
        return try TargetDefinition(
            yaml: String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent,
            library: DefinitionLibrary { name throws(DefinitionLibrary.Unreadable) in
                let path = config.appending(path: "targets/\(name).yaml").standardized
                return (try? String(contentsOf: path, encoding: .utf8)).map { .init(path: name, text: $0) }
            })
    }

    private func note(_ memory: FakeMemory, _ address: UInt32, _ name: String) {
        memory.words[address] = .init(
            read: { memory.word(at: address) },
            write: { [self] in
                order.append(name)
                memory.setWord($0, at: address)
            })
    }

    private func resetPeripherals() {
        resets += 1
        for address: UInt32 in [0x5802_4410, 0x5802_44D4, 0x5802_44D8, 0x5802_44E4, 0x5802_4474, 0x5000_3000]
        {
            bus.setWord(0, at: address)
        }
    }

    func bringUp(
        _ names: [String] = ["stm32h745", "stm32h743"], _ change: (inout BringUp.Options) -> Void = { _ in }
    ) throws -> BringUp {
        var options = BringUp.Options()
        change(&options)
        let trace = Trace(threshold: .step) { _, message, _ in self.steps.append(message) }
        return BringUp(
            candidates: try names.map(Self.definition), probe: probe, options: options, timebase: time,
            trace: trace)
    }
}
