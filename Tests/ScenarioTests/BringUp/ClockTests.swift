// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import Workbench

@Suite struct `SWD clock` {
    private func found(_ selector: String) async throws -> [String] {
        let client = WorkbenchClient(
            request: BenchRequest(probe: ProbeSelector(parsing: selector), paths: .current()),
            observer: .none,
            cancellation: Cancellation())
        let target = try #require(try await client.info().sections.first { $0.title == "Target" })
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
        #expect(lines.contains { ["SWD clock 8 MHz", "SWD clock 6 MHz"].contains($0) })
        #expect(lines.contains("the wire does not carry an SWD clock of 24 MHz; a slower one is used"))
    }

    @Test func `firmware that loses WAITs is not driven fast`() async throws {
        #expect(try await found("sim:stlink-v3,firmware=V3J7M2").contains("SWD clock 8 MHz"))
    }
}
