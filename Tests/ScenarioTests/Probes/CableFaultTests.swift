// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

/// One USB transfer fails: transfer 0, then 1, then 2, until the work gets done without meeting it.
@Suite struct `A bad cable in front of a simulated probe` {
    private static let memory: UInt32 = 0x2400_0000
    /// More transfers than the work takes: a sweep that gets here is not ending.
    private static let limit = 2_000

    private func work(_ probe: any DebugProbe, _ bench: SimulatedBench) throws {
        let port = DebugPort(probe: probe, timebase: bench.time, trace: .silent)
        try port.connect(clock: .megahertz(4))
        let memory = MemoryAccessPort(port: port, index: 0)
        let data = randomBytes(300, seed: 3)
        try memory.write(data, at: Self.memory)
        #expect(try memory.read(data.count, at: Self.memory) == data)
    }

    @Test(
        arguments: BenchConfiguration.ProbeKind.allCases, USBFaultPlan.Fault.allCases)
    func `is survived, or told`(kind: BenchConfiguration.ProbeKind, fault: USBFaultPlan.Fault) throws {
        for transfer in 0..<Self.limit {
            let configuration = ProbeBench.configuration(kind) { $0.usbFaults.faults = [transfer: fault] }
            let bench = SimulatedBench(configuration, target: BareBoard())
            let device = try #require(try bench.bus.devices().first)
            guard let probe = try opened(device, on: bench, fault) else { continue }
            do {
                try work(probe, bench)
                if bench.usbTransferCount <= transfer { return }
            } catch {
                try check(error, fault)
                guard fault != .disconnect else { continue }
                // The same object works again,
                try work(probe, bench)
                probe.close()
                // and so does a fresh one.
                let fresh = try ProbeBench.open(device, on: bench)
                try work(fresh, bench)
            }
        }
        Issue.record("the sweep does not end")
    }

    /// - Returns: nil when opening failed as it should; then opening again has worked.
    private func opened(
        _ device: USBDeviceDescription, on bench: SimulatedBench, _ fault: USBFaultPlan.Fault
    ) throws -> (any DebugProbe)? {
        do { return try ProbeBench.open(device, on: bench) } catch {
            try check(error, fault)
            if fault != .disconnect {
                let fresh = try ProbeBench.open(device, on: bench)
                try work(fresh, bench)
            }
            return nil
        }
    }

    /// A cable fault is told as what it is, never as something about the target.
    private func check(_ error: any Error, _ fault: USBFaultPlan.Fault) throws {
        let diagnosable = try #require(error as? any Diagnosable)
        var codes: [String] = []
        var next: (any Diagnosable)? = diagnosable
        while let error = next {
            codes.append(error.code)
            next = error.cause
        }
        #expect(codes.contains("PRB-001") || codes.contains("PRB-002"), "\(codes) after \(fault)")
    }
}
