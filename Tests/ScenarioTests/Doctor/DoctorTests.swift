// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Essentials
import Testing
import USBTransport
import Workbench

@testable import SimulatedBench

/// What is wrong, where a visit ends, and what the process would exit with.
private struct Fault: CustomTestStringConvertible {
    let traits: String
    let step: DoctorReport.StepName
    let failure: FailureClass
    let word: String
    var testDescription: String { traits }

    init(_ traits: String, _ step: DoctorReport.StepName, _ failure: FailureClass, _ word: String) {
        (self.traits, self.step, self.failure, self.word) = (traits, step, failure, word)
    }

    /// One at least for each step.
    static let all = [
        Fault("stlink-v3,usb-fault=0:disconnect", .cable, .probeLost, "unplugged"),
        Fault("stlink-v2,firmware=V2J16S0", .firmware, .probeFailed, "V2J24"),
        Fault("stlink-v3,power=off", .voltage, .targetUnpowered, "0.00 V"),
        Fault("stlink-v3,wire-limit=1000", .wire, .noTarget, "SWD"),
        Fault("cmsis-dap-v2,app=debug-pins-off", .wire, .noTarget, "SWD"),
        Fault("stlink-v3,dap=unpowered", .wire, .noTarget, "SWD"),
        Fault("cmsis-dap-v2,dap=unpowered", .debugPort, .noTarget, "power"),
        Fault("stlink-v3,dap=no-ports", .accessPorts, .wrongPart, "AP"),
        Fault("cmsis-dap-v2,dap=no-ports", .accessPorts, .wrongPart, "AP"),
        Fault("stlink-v3,part=stm32h723", .part, .wrongPart, "0x0483"),
        Fault("stlink-v3,part=stm32h743", .part, .wrongPart, "stm32h743"),
        Fault("stlink-v3,ram=0x24000010:5", .memory, .targetFailed, "0x24000010"),
        Fault("stlink-v3,ram=0x2407fffc:0", .memory, .targetFailed, "0x2407fffc"),
        Fault("stlink-v3,fault=unpowered", .board, .flashSilent, "no supply"),
        Fault("stlink-v3,line=NCS:low", .board, .flashSilent, "NCS (PC11)"),
        Fault("stlink-v3,line=IO0:IO1", .board, .flashSilent, "IO0 (PH2)"),
        Fault("stlink-v3,line=IO3:IO2", .board, .flashSilent, "IO3 (PG14)"),
        Fault("stlink-v3,fault=absent", .identity, .flashSilent, "nothing answers on bank 2"),
        Fault("stlink-v3,line=CLK:open", .identity, .flashSilent, "nothing answers on bank 2"),
        Fault("stlink-v3,line=NCS:high", .identity, .flashSilent, "nothing answers on bank 2"),
        Fault("stlink-v3,line=IO0:low", .identity, .flashSilent, "IO0 (PH2) stays low"),
        Fault("stlink-v3,line=IO1:high", .identity, .flashSilent, "IO1 (PH3) stays high"),
        Fault("stlink-v3,line=IO1:open", .identity, .flashSilent, "nothing answers on bank 2"),
        Fault("stlink-v3,flash=mx25l12835f", .identity, .configurationInvalid, "c2 20 18"),
        Fault("stlink-v3,fault=stuck-busy", .status, .flashFailed, "busy"),
        Fault("stlink-v3,fault=bp", .status, .flashProtected, "write-protected"),
        Fault("stlink-v3,line=IO2:open", .lines, .flashFailed, "IO2 (PG9)"),
        Fault("cmsis-dap-v2,line=IO3:open", .lines, .flashFailed, "IO3 (PG14)"),
        Fault("stlink-v3,line=IO3:low", .lines, .flashFailed, "IO3 (PG14)"),
        Fault("stlink-v3,line=IO1:loose", .read, .verifyMismatch, "not read alike"),
    ]
}

@Suite struct `A visit of the doctor` {
    private func visit(_ traits: String, _ change: (inout BenchRequest) -> Void = { _ in }) async throws
        -> DoctorReport
    {
        var request = BenchRequest(probe: .simulated(traits), paths: JobBench.paths)
        change(&request)
        return try await WorkbenchClient(
            request: request, observer: .none, cancellation: Cancellation()
        ).doctor()
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `finds nothing wrong with a sound board, and says what it could not judge`(
        probe: BenchConfiguration.ProbeKind
    ) async throws {
        let report = try await visit(probe.rawValue)
        #expect(report.failure == nil, "\(report.steps)")
        let outcomes = report.steps.map(\.outcome)
        #expect(!outcomes.contains(.wrong) && !outcomes.contains(.notReached))
        for step in report.steps where step.outcome == .unjudged {
            #expect(step.name == .voltage && !probe.rawValue.hasPrefix("stlink"), "\(step)")
        }
        for step in report.steps { #expect(!step.findings.isEmpty, "\(step.name)") }
        #expect(report.flash?.banks.first?.jedecID == "ef4018")
        #expect(report.steps.last?.findings.first?.contains("erased") == true)
    }

    @Test(arguments: Fault.all) private func `ends at the first thing wrong and tells the remedy`(
        fault: Fault
    ) async throws {
        let report = try await visit(fault.traits)
        let wrong = try #require(report.wrong, "\(report.steps.map { ($0.name, $0.outcome, $0.findings) })")
        #expect(wrong.name == fault.step, "\(wrong)")
        #expect(wrong.findings.contains { $0.contains(fault.word) }, "\(wrong.findings)")
        #expect(!wrong.remedies.isEmpty, "\(wrong)")
        let failure = try #require(report.failure)
        #expect(FailureClass(of: failure) == fault.failure)
        let index = try #require(report.steps.firstIndex { $0.name == wrong.name })
        #expect(report.steps[..<index].allSatisfy { $0.outcome != .notReached && $0.outcome != .wrong })
        #expect(report.steps[(index + 1)...].allSatisfy { $0.outcome == .notReached && $0.findings.isEmpty })
    }

    @Test func `has a fault for every step but two, which have tests of their own`() {
        let steps = Set(Fault.all.map(\.step))
        #expect(Set(DoctorReport.StepName.allCases).subtracting(steps) == [.permission, .cores])
    }

    /// A bus that lets nobody open its devices, or has none.
    private final class Closed: ProbeHost, USBBus {
        let host: SimulatedHost
        let isEmpty: Bool
        init(_ host: SimulatedHost, isEmpty: Bool) { (self.host, self.isEmpty) = (host, isEmpty) }
        var bus: any USBBus { self }
        var time: any Timebase { host.time }
        var clock: Timing.Clock { host.clock }
        var link: Timing.Link? { nil }
        var isSimulated: Bool { true }
        func prepare() {}
        func settle() {}
        func devices() throws(USBError) -> [USBDeviceDescription] { isEmpty ? [] : try host.bus.devices() }
        func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError)
            -> any USBInterface
        {
            throw .accessDenied(device: "\(device.location)")
        }
    }

    @Test func `tells a core that is another one than the target's`() async throws {
        let scratch = try ScratchDirectory()
        let target = try scratch.file(
            "mine.yaml",
            Array(
                """
                schema: 1
                name: mine
                title: Mine
                extends: stm32h745
                parts: [STM32H745]
                cores:
                  main: {name: M33, part: 0xd21}
                  second: {name: M4, part: 0xc24}

                """.utf8))
        let report = try await visit("stlink-v3") { $0.target = target }
        let wrong = try #require(report.wrong, "\(report.steps)")
        #expect(wrong.name == .cores && wrong.findings[0].contains("M33"), "\(wrong)")
        #expect(FailureClass(of: try #require(report.failure)) == .wrongPart)
    }

    @Test(arguments: [(true, "cable", FailureClass.noProbe), (false, "permission", .probeUnavailable)])
    func `tells a probe that is not there from one that may not be opened`(
        isEmpty: Bool, step: String, failure: FailureClass
    ) async throws {
        let client = WorkbenchClient(
            request: BenchRequest(probe: .only, paths: JobBench.paths), observer: .none,
            cancellation: Cancellation(),
            host: { request throws(WorkbenchError) in
                do throws(BenchError) {
                    let configuration = try SimulatedHost.configuration("stlink-v3", request.paths)
                    return Closed(SimulatedHost(SimulatedBench(configuration)), isEmpty: isEmpty)
                } catch { throw .step("switching the simulated bench on", error) }
            })
        let report = try await client.doctor()
        let wrong = try #require(report.wrong)
        #expect(wrong.name.rawValue == step && !wrong.remedies.isEmpty, "\(wrong)")
        #expect(FailureClass(of: try #require(report.failure)) == failure)
    }

    @Test(arguments: [
        ("cmsis-dap-v2", DoctorReport.StepName.firmware, DoctorReport.Outcome.noted),
        ("stlink-v3,wire-limit=2000000", .wire, .noted), ("stlink-v3,app=rtos", .cores, .noted),
        ("stlink-v3,app=dma", .cores, .noted), ("stlink-v3,app=dma", .memory, .unjudged),
        ("stlink-v3,app=mapped", .board, .good),
        ("stlink-v3,fault=qe0", .status, .noted), ("stlink-v3,fault=qe0", .lines, .unjudged),
        ("stlink-v3,line=IO2:high", .board, .noted), ("stlink-v3,fault=power-down", .identity, .good),
    ])
    func `goes on where something is only to be known`(
        traits: String, step: DoctorReport.StepName, outcome: DoctorReport.Outcome
    ) async throws {
        let report = try await visit(traits)
        let found = try #require(report.steps.first { $0.name == step })
        #expect(found.outcome == outcome, "\(found)")
        if traits.contains("line=IO2:high") {
            // On erased cells it is what the flash sends.
            #expect(report.wrong == nil || report.wrong?.name == .lines)
        } else {
            #expect(report.failure == nil, "\(report.steps)")
        }
    }

    @Test(arguments: ["stm32h750b-dk", "stm32h745i-disco"])
    func `looks at two flashes that are one memory`(board: String) async throws {
        let report = try await visit("stlink-v3,board=\(board)") { $0.board = board }
        #expect(report.failure == nil, "\(report.steps)")
        #expect(report.flash?.banks.count == 2)
        let bad = try await visit("stlink-v3,board=\(board),line=IO2:open:bank2") { $0.board = board }
        #expect(bad.wrong?.name == .lines && bad.wrong?.findings.first?.contains("bank 2") == true)
    }

    /// Clocks, pins, QUADSPI and RAM, whatever was running.
    private func state(_ bench: JobBench) -> [UInt32] {
        let access = Access(width: .word, master: .ap0, now: bench.machine.time)
        let gpio = (0..<11).flatMap { port in
            [0, 4, 8, 12, 20, 32, 36].map { 0x5802_0000 + 0x400 * UInt32(port) + UInt32($0) }
        }
        let clocks = stride(from: UInt32(0x5802_4400), to: 0x5802_4600, by: 4)
        let quadSPI = [0x00, 0x04, 0x14].map { 0x5200_5000 + UInt32($0) }
        let ram = stride(from: UInt32(0x2400_0000), to: 0x2408_0000, by: 4)
        return (Array(clocks) + gpio + quadSPI + Array(ram)).map {
            bench.machine.matrix.read($0, access) ?? 0
        }
    }

    @Test(arguments: [BenchConfiguration.Application.none, .mapped, .caches, .m4Busy, .asleep])
    func `leaves the board as it was found`(application: BenchConfiguration.Application) async throws {
        let bench = try JobBench(.stlinkV3) { $0.application = application }
        let cells = bench.cells
        let before = state(bench)
        let report = try await bench.client().doctor()
        #expect(report.failure == nil, "\(report.steps)")
        let after = state(bench)
        // What runs goes on meanwhile, and writes to its own memory.
        if application == .none || application == .mapped || application == .asleep {
            #expect(
                zip(before, after).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset) == [])
        }
        #expect(bench.cells == cells)
        let again = try await bench.client().doctor()
        #expect(again.target?.mainCoreWas == report.target?.mainCoreWas)
        #expect(again.target?.quadSPIWasMapped == report.target?.quadSPIWasMapped)
        #expect(again.target?.resetReasons == [])
    }

    @Test func `ends where it is cancelled`() async throws {
        let bench = try JobBench()
        let cancellation = Cancellation()
        cancellation.cancel()
        let report = try await bench.client(cancellation: cancellation).doctor()
        #expect(FailureClass(of: try #require(report.failure)) == .cancelled)
    }

    @Test func `writes a page that needs nothing else, also when something is wrong`() async throws {
        let bench = try JobBench { $0.chipFaults = [2: .absent] }
        let path = bench.scratch.path("page.html")
        let report = try await bench.client().doctor(page: path)
        #expect(report.page == path && report.wrong?.name == .identity)
        let text = String(decoding: try bench.scratch.contents("page.html"), as: UTF8.self)
        #expect(text.contains("Something is wrong: the flash's identity"))
        for reference in ["http://", "https://", "<script", "<link", "src="] {
            #expect(!text.contains(reference))
        }
        for step in report.steps { #expect(text.contains(step.title)) }
        for secret in [report.probe?.serial, report.target?.uniqueID].compactMap({ $0 }) {
            #expect(!text.contains(secret), "\(secret)")
        }
        await #expect(throws: WorkbenchError.self) {
            try await bench.client().doctor(page: "/none/page.html")
        }
    }
}
