// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TargetControl
import Testing
import Workbench

@Suite struct `SWD clock` {
    private func info(_ selector: String, speed: Hertz? = nil, connect: ConnectMode = .normal) async throws
        -> InfoReport
    {
        var request = BenchRequest(probe: ProbeSelector(parsing: selector), paths: .current())
        (request.speed, request.connect) = (speed, connect)
        return try await WorkbenchClient(
            request: request, observer: .none, cancellation: Cancellation()
        ).info()
    }
    private func found(_ selector: String, speed: Hertz? = nil, connect: ConnectMode = .normal) async throws
        -> [String]
    {
        let report = try await info(selector, speed: speed, connect: connect)
        let target = try #require(
            report.sections.first { $0.title == "Target" }, "\(report.failure.map { "\($0)" } ?? "nothing")")
        return target.rows.map { $0.value }
    }

    @Test func `a good wire gets the fastest clock`() async throws {
        #expect(try await found("sim:stlink-v3").contains("SWD clock 24 MHz"))
        #expect(try await found("sim:stlink-v2").contains("SWD clock 4 MHz"))
    }

    @Test(arguments: ["stlink-v3", "cmsis-dap-v2"]) func `a bad wire gets what it carries`(probe: String)
        async throws
    {
        let lines = try await found("sim:\(probe),wire-limit=9000000")
        let clock = try #require(["8 MHz", "6 MHz"].first { lines.contains("SWD clock \($0)") })
        #expect(lines.contains("SWD is not reliable at 24 MHz on this cable; using \(clock)"))
    }

    /// Below the clock that everything is usually attached with.
    @Test(arguments: [
        ("stlink-v3", 3_000_000, "1 MHz"), ("stlink-v3", 900_000, "200 kHz"), ("stlink-v3", 60_000, "50 kHz"),
        ("stlink-v2", 1_000_000, "480 kHz"), ("stlink-v2-1", 200_000, "125 kHz"),
        ("cmsis-dap-v1", 3_000_000, "3 MHz"), ("cmsis-dap-v1", 1_000_000, "750 kHz"),
        ("cmsis-dap-v2", 3_000_000, "3 MHz"), ("cmsis-dap-v2", 400_000, "375 kHz"),
    ]) func `a very bad wire gets a slow clock, and it is said`(
        probe: String, limit: Int, clock: String
    ) async throws {
        let lines = try await found("sim:\(probe),wire-limit=\(limit)")
        #expect(lines.contains("SWD clock \(clock)"), "\(lines)")
        #expect(
            lines.contains {
                $0.hasPrefix("SWD is not reliable at ") && $0.contains("using \(clock); transfers are slow")
            }, "\(lines)")
    }

    @Test(arguments: ["stlink-v3", "stlink-v2", "cmsis-dap-v2"])
    func `a wire that carries nothing at any clock is an error that says so`(probe: String) async throws {
        let report = try await info("sim:\(probe),wire-limit=1")
        let failure = try #require(report.failure)
        #expect(FailureClass(of: failure) == .noTarget, "\(failure)")
    }

    @Test func `firmware that loses WAITs is not driven fast`() async throws {
        #expect(try await found("sim:stlink-v3,firmware=V3J7M2").contains("SWD clock 8 MHz"))
    }

    @Test(arguments: ConnectMode.allCases) func `a clock that was asked for is used and shown`(
        mode: ConnectMode
    ) async throws {
        let lines = try await found("sim:stlink-v3", speed: .kilohertz(200), connect: mode)
        #expect(lines.contains("SWD clock 200 kHz"))
        #expect(!lines.contains { $0.contains("using") })
    }

    @Test func `a clock that was asked for and is not reliable is lowered`() async throws {
        let lines = try await found("sim:stlink-v3,wire-limit=3000000", speed: .megahertz(8))
        #expect(lines.contains("SWD clock 1 MHz"))
        #expect(lines.contains { $0.hasPrefix("SWD is not reliable at 8 MHz on this cable; using 1 MHz") })
    }

    @Test(arguments: ["stlink-v3", "cmsis-dap-v2"]) func `a clock that cannot be is changed, and it is said`(
        probe: String
    ) async throws {
        let slow = try await found("sim:\(probe)", speed: Hertz(1))
        #expect(slow.contains("SWD clock 5 kHz"))
        #expect(slow.contains("the probe has no SWD clock as slow as 1 Hz; using 5 kHz"))
        let fast = try await found("sim:\(probe)", speed: .megahertz(1_000))
        #expect(fast.contains("SWD clock 24 MHz"))
        #expect(fast.contains("the target allows no SWD clock as fast as 1000 MHz; using 24 MHz"))
    }
}
