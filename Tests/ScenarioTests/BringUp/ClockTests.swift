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
        -> TargetFacts
    {
        let report = try await info(selector, speed: speed, connect: connect)
        return try #require(report.target, "\(report.failure.map { "\($0)" } ?? "nothing")")
    }

    @Test func `a good wire gets the fastest clock`() async throws {
        #expect(try await found("sim:stlink-v3").swdClockHertz == 24_000_000)
        #expect(try await found("sim:stlink-v2").swdClockHertz == 4_000_000)
    }

    @Test(arguments: ["stlink-v3", "cmsis-dap-v2"]) func `a bad wire gets what it carries`(probe: String)
        async throws
    {
        let target = try await found("sim:\(probe),wire-limit=9000000")
        let clock = Hertz(try #require(target.swdClockHertz))
        #expect([.megahertz(8), .megahertz(6)].contains(clock))
        #expect(target.notes.contains("SWD is not reliable at 24 MHz on this cable; using \(clock)"))
    }

    /// Below the clock that everything is usually attached with.
    @Test(arguments: [
        ("stlink-v3", 3_000_000, 1000), ("stlink-v3", 900_000, 200), ("stlink-v3", 60_000, 50),
        ("stlink-v2", 1_000_000, 480), ("stlink-v2-1", 200_000, 125), ("cmsis-dap-v1", 3_000_000, 3000),
        ("cmsis-dap-v1", 1_000_000, 750), ("cmsis-dap-v2", 3_000_000, 3000), ("cmsis-dap-v2", 400_000, 375),
    ]) func `a very bad wire gets a slow clock, and it is said`(
        probe: String, limit: Int, kilohertz: UInt32
    ) async throws {
        let target = try await found("sim:\(probe),wire-limit=\(limit)")
        let clock = Hertz.kilohertz(kilohertz)
        #expect(target.swdClockHertz == clock.rawValue)
        #expect(
            target.notes.contains {
                $0.hasPrefix("SWD is not reliable at ") && $0.contains("using \(clock); transfers are slow")
            }, "\(target.notes)")
    }

    @Test(arguments: ["stlink-v3", "stlink-v2", "cmsis-dap-v2"])
    func `a wire that carries nothing at any clock is an error that says so`(probe: String) async throws {
        let report = try await info("sim:\(probe),wire-limit=1")
        let failure = try #require(report.failure)
        #expect(FailureClass(of: failure) == .noTarget, "\(failure)")
    }

    @Test func `firmware that loses WAITs is not driven fast`() async throws {
        #expect(try await found("sim:stlink-v3,firmware=V3J7M2").swdClockHertz == 8_000_000)
    }

    @Test(arguments: ConnectMode.allCases) func `a clock that was asked for is used and shown`(
        mode: ConnectMode
    ) async throws {
        let target = try await found("sim:stlink-v3", speed: .kilohertz(200), connect: mode)
        #expect(target.swdClockHertz == 200_000)
        #expect(!target.notes.contains { $0.contains("using") })
    }

    @Test func `a clock that was asked for and is not reliable is lowered`() async throws {
        let target = try await found("sim:stlink-v3,wire-limit=3000000", speed: .megahertz(8))
        #expect(target.swdClockHertz == 1_000_000)
        #expect(
            target.notes.contains { $0.hasPrefix("SWD is not reliable at 8 MHz on this cable; using 1 MHz") })
    }

    @Test(arguments: ["stlink-v3", "cmsis-dap-v2"]) func `a clock that cannot be is changed, and it is said`(
        probe: String
    ) async throws {
        let slow = try await found("sim:\(probe)", speed: Hertz(1))
        #expect(slow.swdClockHertz == 5_000)
        #expect(slow.notes.contains("the probe has no SWD clock as slow as 1 Hz; using 5 kHz"))
        let fast = try await found("sim:\(probe)", speed: .megahertz(1_000))
        #expect(fast.swdClockHertz == 24_000_000)
        #expect(fast.notes.contains("the target allows no SWD clock as fast as 1000 MHz; using 24 MHz"))
    }
}
