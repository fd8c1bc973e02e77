// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing
import Workbench

@Suite struct `A loader's trial run` {
    private func check(
        _ loader: TestLoader, board: String? = "stm32h745xi-w25q128"
    ) async throws -> LoaderCheckReport {
        var request = BenchRequest(probe: .only, paths: JobBench.paths)
        request.board = board
        let client = WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
        return try await client.checkLoader(loader.path, tries: true)
    }

    @Test(arguments: [TestLoader.soundPlain, .soundMapped, .soundVerify, .soundDtcm, .algorithm])
    func `passes in each layout, cold and after an application`(loader: TestLoader) async throws {
        let report = try await check(loader)
        let trial = try #require(report.trial)
        #expect(trial.runs.count == (loader == .algorithm ? 2 : 4))
        for run in trial.runs {
            #expect(run.failure == nil, "\(run.layout), \(run.before): \(run.failure?.text ?? "")")
            #expect(run.pins.count == 6 && run.bank == "2" && run.foreignMemory.isEmpty)
            #expect(run.commands.contains { $0.text.hasPrefix("0x9f 1-0-1") })
        }
        #expect(trial.runs[0].stackUsed ?? 0 > 16)
        #expect(report.verdict == .sound && report.failure == nil)
    }

    @Test(
        arguments: [
            (.lyingWrite, "write", "TRL-004"), (.brokenHostsRam, "memory", "TRL-006"),
            (.lyingRead, "read", "LDR-033"),
            (.brokenRecursion, "Init", "LDR-031"), (.brokenSupervisor, "Init", "LDR-031"),
            (.brokenInstruction, "Init", "LDR-031"), (.brokenReset, "write", "LDR-031"),
        ] as [(TestLoader, String, String)])
    func `says which step failed and why`(loader: TestLoader, step: String, code: String) async throws {
        let report = try await check(loader)
        let failure = try #require(report.trial?.runs.first?.failure)
        #expect(failure.name == step && failure.code == code, "\(failure.name): \(failure.text ?? "")")
        #expect(report.verdict == .fails)
    }

    @Test func `shows an address that is too short for the end of the flash`() async throws {
        let report = try await check(.winbondShortAddress, board: nil)
        let failure = try #require(report.trial?.runs.first?.failure)
        #expect(failure.name.hasSuffix("at the end"), "\(failure.name): \(failure.text ?? "")")
        #expect(report.verdict == .fails)
    }

    @Test func `finds the board that a loader is for by what its Init reaches`() async throws {
        let report = try await check(.soundPlain, board: nil)
        #expect(report.trial?.runs.first?.failure == nil)
    }
}
