// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
import FlashLoader
import HardwareDescription
import TargetControl
import TestLoaders
import Testing

@testable import FlashController
@testable import SimulatedBench

/// The flash asked by the debugger alone.
@Suite struct `The flash without a loader` {
    /// Clocks, pins and controller as after a reset, then as the board needs them.
    private func controller(
        _ bench: LoaderBench, configured: Bool = true
    ) throws -> QuadSPIController {
        let controller = QuadSPIController(
            memory: bench.target.memory, timebase: bench.bench.time, target: bench.target.definition)
        if configured { try controller.connect(bench.board, to: [2]) }
        return controller
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV2, .stlinkV3, .cmsisDAPv1])
    func `says what it is`(kind: BenchConfiguration.ProbeKind) throws {
        let controller = try controller(LoaderBench(kind))
        let chip = try LoaderBench().chip
        #expect(try controller.jedecID() == [0xEF, 0x40, 0x18])
        let id = try #require(try ChipInspector(controller).uniqueIDs(of: chip)?.first)
        #expect(id.count == 8 && Set(id).count > 1)
        #expect(try ChipInspector(controller).uniqueIDs(of: chip)?.first == id)
    }

    @Test func `gives its three status registers in their order`() throws {
        let bench = try LoaderBench { $0.flashFault = .blockProtected }
        let flash = try #require(bench.machine.flash)
        flash.restore(["SR1": 0x1C, "SR2": 0x42, "SR3": 0x64], [])
        let status = try #require(
            try ChipInspector(controller(bench)).registers(of: bench.chip).first)
        #expect(
            status.text == "SR1 0x1c, SR2 0x42, SR3 0x64 (WPS: individual block locks, quad enabled)")
    }

    @Test func `gives its discoverable parameters`() throws {
        let bytes = try ChipInspector(controller(LoaderBench())).parameters(256)[0]
        #expect(bytes.prefix(4).elementsEqual("SFDP".utf8))
        let parameters = try #require(DiscoverableParameters(bytes))
        #expect(parameters.size == 16 << 20 && parameters.page == 256)
        #expect(parameters.erases.map(\.size) == [0x1000, 0x8000, 0x1_0000])
        #expect(parameters.erases.map(\.instruction) == [0x20, 0x52, 0xD8])
    }

    @Test func `is read to its last byte`() throws {
        let end = randomBytes(256, seed: 11)
        let bench = try LoaderBench {
            $0.flashContents = [UInt8](repeating: 0xFF, count: (16 << 20) - end.count) + end
        }
        let flash = ChipInspector(try controller(bench))
        #expect(try flash.read(32, at: 0xFF_FFE0) == [Array(end.suffix(32))])
        #expect(try flash.read(256, at: 0xFF_FF00) == [end])
        for count in 1...9 { #expect(try flash.read(count, at: 0xFF_FF03) == [Array(end[3..<3 + count])]) }
        #expect(try flash.read(0, at: 0) == [[]])
    }

    @Test func `wakes from power-down and continuous reading`() throws {
        for fault: BenchConfiguration.FlashFault in [.poweredDown, .continuousRead] {
            let bench = try LoaderBench { $0.flashFault = fault }
            let controller = try controller(bench)
            #expect(try controller.jedecID() != [0xEF, 0x40, 0x18], "\(fault)")
            _ = try controller.execute(.endContinuousReading)
            try ChipInspector(controller).wake(bench.chip)
            #expect(try controller.jedecID() == [0xEF, 0x40, 0x18], "\(fault)")
        }
    }

    @Test func `is taken out of memory-mapped mode and back by Init`() throws {
        let bench = try LoaderBench {
            $0.flashContents = [1, 2, 3, 4] + [UInt8](repeating: 0, count: (16 << 20) - 4)
        }
        let loader = try bench.load(.vendorTemplate)
        try loader.initialize()
        #expect(try loader.controller.state().isMapped)
        #expect(try loader.controller.jedecID() == [0xEF, 0x40, 0x18])
        #expect(try !loader.controller.state().isMapped)
        try loader.initialize()
        #expect(try loader.read(4, at: LoaderBench.flashStart) == [1, 2, 3, 4])
    }

    @Test func `reading through the map keeps off its dead end`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.vendorTemplate)
        try loader.initialize()
        #expect(try loader.read(0x1000, at: 0x90FF_F000) == [UInt8](repeating: 0xFF, count: 0x1000))
        #expect(!bench.machine.context.isInterconnectStalled)
        // What would have happened: zeros, then an access that never ends and takes the bus with it.
        try loader.initialize()
        let memory = bench.target.memory
        #expect(try memory.readWord(at: 0x90FF_FFFC) == 0)
        #expect(throws: DebugAccessError.self) { _ = try memory.readWord(at: 0x90FF_FFFC) }
        #expect(bench.machine.context.isInterconnectStalled)
    }

    @Test func `what is not as the board needs it is named`() throws {
        let bench = try LoaderBench()
        let controller = try controller(bench, configured: false)
        #expect(
            try controller.compare(with: bench.board) == [
                .portClockOff("GPIOB", signals: [.clock]), .portClockOff("GPIOC", signals: [.select]),
                .portClockOff("GPIOG", signals: [.data2, .data3]),
                .portClockOff("GPIOH", signals: [.data0, .data1]), .controllerClockOff,
            ])
        try controller.connect(bench.board, to: [2])
        #expect(try controller.compare(with: bench.board) == [])

        // PG9 back to analog, and the other bank.
        let memory = bench.target.memory
        let mode = try memory.readWord(at: 0x5802_1800)
        try memory.writeWord(mode | 3 << 18, at: 0x5802_1800)
        let control = try memory.readWord(at: 0x5200_5000)
        try memory.writeWord(control & ~0x80, at: 0x5200_5000)
        let findings = try controller.compare(with: bench.board)
        #expect(
            findings.map(\.text) == [
                "the loader selected bank 1, the board's flash is on bank 2",
                "PG9 (IO2) is analog, not alternate function 9",
            ])
    }

    @Test(arguments: [false, true]) func `is asked as the board's file says, and all is as it was found`(
        mapped: Bool
    ) throws {
        let bench = try LoaderBench()
        if mapped { try bench.load(.vendorTemplate).initialize() }
        let controller = try controller(bench, configured: false)
        let inspector = FlashInspector(controller, board: bench.board, catalog: ChipCatalog([bench.chip]))
        func registers() throws -> [UInt32] {
            let state = try controller.state()
            var words = [state.control.rawValue, state.device.rawValue, state.communication.rawValue]
            // RCC_AHB3ENR, RCC_AHB4ENR; with the ports' clocks on, what GPIOB, C, G and H are set to.
            words += [try bench.target.memory.readWord(at: 0x5802_44D4)]
            words += [try bench.target.memory.readWord(at: 0x5802_44E0)]
            for port in mapped ? [1, 2, 6, 7] as [UInt32] : [] {
                words += try bench.target.memory.readWords(10, at: 0x5802_0000 + 0x400 * port)
            }
            return words
        }
        let before = try registers()
        let found = try inspector.inspect(setUpBy: bench.board)
        #expect(found.chips.map(\.id) == [[0xEF, 0x40, 0x18]])
        #expect(found.fittedChip(expecting: nil)?.name == bench.chip.name)
        #expect(found.isAsFound)
        #expect(try registers() == before)
        #expect(try controller.state().isMapped == mapped)
    }

    @Test(arguments: [BenchConfiguration.FlashFault.poweredDown, .continuousRead])
    func `is woken to be asked, and sent to sleep again`(fault: BenchConfiguration.FlashFault) throws {
        let bench = try LoaderBench { $0.flashFault = fault }
        let controller = try controller(bench, configured: false)
        let inspector = FlashInspector(controller, board: bench.board, catalog: ChipCatalog([bench.chip]))
        #expect(try inspector.inspect(setUpBy: bench.board).chips.map(\.id) == [[0xEF, 0x40, 0x18]])
        try controller.connect(bench.board, to: [2])
        #expect((try controller.jedecID() == [0xEF, 0x40, 0x18]) == (fault == .continuousRead))
    }

    // MARK: Double transfer rate

    /// The board's flash is an MT25QL512AB, which a loader has put into its DTR protocol.
    private func doubleRateBench() throws -> (LoaderBench, FlashInspector) {
        let bench = try LoaderBench {
            for index in $0.board.chips.indices { $0.board.chips[index].flash = "mt25ql512ab" }
        }
        var board = bench.board
        for index in board.banks.indices { board.banks[index].flash = "mt25ql512ab" }
        try bench.load(.micronDTRProtocol).initialize()
        return (
            bench,
            FlashInspector(
                try controller(bench, configured: false), board: board,
                catalog: ChipCatalog([try LoaderBench.chip("mt25ql512ab"), bench.chip]))
        )
    }
    @Test func `is asked on both edges where a loader left it in that protocol, and is as it was`() throws {
        let (bench, inspector) = try doubleRateBench()
        let before = try inspector.controller.state()
        let found = try inspector.inspect(.everything)
        #expect(found.chips.map(\.id) == [[0x20, 0xBA, 0x20]])
        #expect(found.chips.first?.status?.values.contains { $0.name == "EVCR" && $0.value == 0xDF } == true)
        let texts = found.findings.map(\.text)
        #expect(texts.contains { $0.contains("DTR protocol") }, "\(texts)")
        #expect(!found.findings.contains { if case .otherChip = $0 { true } else { false } })
        #expect(found.contradiction.isEmpty)
        let after = try inspector.controller.state()
        #expect(after.control == before.control && after.communication == before.communication)
        _ = bench
    }
    @Test func `is told a command whose rate is not its own`() throws {
        let (_, inspector) = try doubleRateBench()
        let chip = FlashInspection.Chip(
            bank: 2, id: [0x20, 0xBA, 0x20], more: [], candidates: [try LoaderBench.chip("mt25ql512ab")])
        func findings(_ opcode: UInt32, dummy: UInt32, double: Bool) -> [String] {
            let word = opcode | 1 << 8 | 3 << 10 | 3 << 12 | dummy << 18 | 3 << 24 | (double ? 3 << 30 : 0)
            return inspector.judgeCommand(RegisterValue(rawValue: word), of: chip).map(\.text)
        }
        #expect(findings(0xEE, dummy: 8, double: true) == [])
        #expect(
            findings(0xEE, dummy: 8, double: false) == [
                "the loader sends EEh with address and data on one edge of the clock, the flash on bank 2 takes them on both"
            ])
        #expect(
            findings(0xEC, dummy: 10, double: true) == [
                "the loader sends ECh with address and data on both edges of the clock, the flash on bank 2 takes them on one"
            ])
    }

    @Test func `that cannot be put back as it was says so, beside the error that came first`() throws {
        let bench = try LoaderBench()
        let controller = try controller(bench, configured: false)
        let error = #expect(throws: FlashControllerError.self) {
            try controller.undoing { () throws(FlashControllerError) in
                try controller.set(1 << 14, at: 0x5802_44D4)
                bench.bench.unplug()
                throw .stuck(status: 0x20, after: .milliseconds(100))
            }
        }
        #expect(error?.chain.map(\.code).prefix(2) == ["FCT-003", "FCT-002"])
        #expect(error?.summary.contains("could not be accessed") == true)
        // Where the way back is open, the first error is the only one.
        let reached = try LoaderBench()
        let other = try self.controller(reached, configured: false)
        let only = #expect(throws: FlashControllerError.self) {
            try other.undoing { () throws(FlashControllerError) in
                try other.set(1 << 14, at: 0x5802_44D4)
                throw .stuck(status: 0x20, after: .milliseconds(100))
            }
        }
        #expect(only?.chain.map(\.code) == ["FCT-002"])
        #expect(try reached.target.memory.readWord(at: 0x5802_44D4) & 1 << 14 == 0)
    }

    @Test(arguments: [BenchConfiguration.FlashFault.absent, .unpowered])
    func `nobody there is silence, not an error`(fault: BenchConfiguration.FlashFault) throws {
        let controller = try controller(LoaderBench { $0.flashFault = fault })
        let id = try controller.jedecID()
        #expect(Set(id).count == 1 && [0x00, 0xFF].contains(id[0]))
    }
}

extension QuadSPIController {
    /// Of the one flash that is selected.
    fileprivate func jedecID() throws(FlashControllerError) -> [UInt8] {
        Array(try ChipInspector(self).identifications()[0].prefix(3))
    }
}
