// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import SimulatedBench
import USBTransport

/// A simulated bench that a loader is tried on, and what is seen of it that no probe shows.
final class TrialHost: ProbeHost {
    private let host: SimulatedHost
    private let simulation: SimulatedBench

    /// `traits` as behind `sim:`; the flash holds `contents` from its first byte on.
    ///
    /// `board` is what a board file says that is no file yet; `traits` name it ``inferredBoard``.
    init(
        _ traits: String, flash contents: [UInt8], board: String? = nil, _ paths: InstallationPaths
    ) throws(WorkbenchError) {
        var configuration = try doing("switching the simulated bench on") { () throws(BenchError) in
            try SimulatedHost.configuration(traits, paths, adding: board.map { (Self.inferredBoard, $0) })
        }
        (configuration.flashContents, configuration.busyTimes) = (contents, .short)
        simulation = SimulatedBench(configuration)
        host = SimulatedHost(simulation)
    }

    static let inferredBoard = "inferred.yaml"

    var bus: any USBBus { host.bus }
    var time: any Timebase { host.time }
    var clock: Timing.Clock { .virtual }
    var isSimulated: Bool { true }
    var link: Timing.Link? { host.link }
    func prepare() {}
    func settle() {}

    /// Watches what the loader does from now on.
    func watch() {
        simulation.watchCore()
        before = simulation.ramContents
    }
    private var before: [MemoryContents] = []
    func firstDifference(from expected: [UInt8]) -> Int? { simulation.firstFlashDifference(from: expected) }
    /// RAM that is not what it was when the watch began.
    var changedRAM: [Range<UInt64>] { simulation.changedRAM(since: before) }
    var cells: [UInt8] { simulation.flashContents }
    var memories: [(start: UInt32, bytes: [UInt8])] {
        simulation.ramContents.map { ($0.start, $0.bytes) }
    }
    /// Registers by address: the value written last, and how often.
    var registers: [UInt32: (value: UInt32, count: Int)] {
        Dictionary(
            uniqueKeysWithValues: simulation.coreActivity.registers.map { ($0.address, ($0.value, $0.count)) }
        )
    }
    /// What ports, clocks, supply and controller were set to, in its order.
    var settings: [RegisterWrite] {
        simulation.coreActivity.settings.map { RegisterWrite(address: $0.address, value: $0.value) }
    }
    /// Words of QUADSPI_CCR in the order of their first use.
    var commands: [(word: UInt32, count: Int)] {
        simulation.coreActivity.commands.map { ($0.word, $0.count) }
    }
}

/// A whole word that a core wrote to a register.
struct RegisterWrite: Hashable {
    var address: UInt32
    var value: UInt32
}
