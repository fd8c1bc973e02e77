// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import TestLoaders
import Testing

@testable import Workbench

@Suite struct `The board of a loader` {
    private func client() -> WorkbenchClient {
        WorkbenchClient(
            request: BenchRequest(probe: .only, paths: JobBench.paths), observer: .none,
            cancellation: Cancellation())
    }
    private func infer(_ loader: TestLoader) async throws -> InferenceReport {
        try await client().inferBoard(of: loader.path, output: nil)
    }
    private func pins(_ report: InferenceReport) -> [String] {
        report.board.banks.map { bank in bank.pins.map(\.pin).joined(separator: " ") }
    }

    @Test(
        arguments: [
            (.inferClocks, [1], ["PF10 PB10 PC9 PC10 PF7 PA1"], "is25lp064"),
            (.inferGivesUp, [1], ["PB2 PG6 PF8 PF9 PE2 PD13"], "mx25l12835f"),
            (
                .inferDual, [1, 2], ["PB2 PB6 PD11 PD12 PE2 PD13", "PC11 PE7 PE8 PE9 PE10"], "mt25tl01g"
            ),
            (
                .h745Discovery, [1, 2], ["PF10 PG6 PD11 PF9 PF7 PF6", "PH2 PH3 PG9 PG14"], "mt25ql512ab"
            ),
            (.soundPlain, [2], ["PB2 PC11 PH2 PH3 PG9 PG14"], "w25q128jv"),
            (.algorithm, [2], ["PB2 PC11 PH2 PH3 PG9 PG14"], "w25q128jv"),
            (.lazyAll, [2], ["PB2 PC11 PH2 PH3 PG9 PG14"], "w25q128jv"),
            (.lazyWrite, [2], ["PB2 PC11 PH2 PH3 PG9 PG14"], "w25q128jv"),
            (.lazyPins, [2], ["PB2 PC11 PH2 PH3 PG9 PG14"], "w25q128jv"),
        ] as [(TestLoader, [Int], [String], String)])
    func `is told by what Init does`(
        loader: TestLoader, banks: [Int], expected: [String], flash: String
    ) async throws {
        let report = try await infer(loader)
        #expect(report.board.banks.map(\.bank) == banks)
        #expect(pins(report) == expected)
        #expect(report.board.fittingFlash.contains(flash), "\(report.board.notes.map(\.text))")
        #expect(report.board.isDual == (banks.count == 2))
        #expect(report.board.sharesSelect == (loader == .h745Discovery))
        #expect(report.board.banks.flatMap(\.pins).allSatisfy { $0.origin == "set" })
    }

    @Test(
        arguments: [
            (.winbondHAL, "w25q256jv"), (.winbondRegisters, "w25q512jv"), (.micronHAL, "mt25ql512ab"),
            (.macronixHAL, "mx25l25645g"), (.issiHAL, "is25lp256"), (.gigadeviceHAL, "gd25q128"),
            (.spansionHAL, "s25fl256s"),
        ] as [(TestLoader, String)])
    func `has the flash that the loader works with`(loader: TestLoader, flash: String) async throws {
        let report = try await infer(loader)
        #expect(report.board.fittingFlash.contains(flash), "\(report.board.fittingFlash)")
    }

    @Test func `has the crystal and the supply that Init sets up`() async throws {
        let board = try await infer(.inferClocks).board
        #expect(board.highSpeedCrystalHertz == 16_000_000 && !board.isCrystalBypassed)
        #expect(board.coreSupply == "ldo")
        #expect(board.notes.contains { $0.kind == "crystal-guessed" })
    }

    @Test(
        arguments: [
            (.inferTwoSelects, ["pin-ambiguous", "pin-guessed", "pin-guessed"]),
            (.wrongBank, ["other-bank", "flash-unproven"]),
            (.wrongFunction, ["wrong-function", "flash-unproven"]),
        ] as [(TestLoader, [String])])
    func `says what is a guess or odd`(loader: TestLoader, kinds: [String]) async throws {
        let found = try await infer(loader).board.notes.map(\.kind)
        #expect(found.filter { kinds.contains($0) } == kinds)
    }

    @Test(
        arguments: [
            (.inferOctospi, "INF-001", "OCTOSPI1"), (.inferSpi, "INF-001", "SPI1"),
            (.brokenRecursion, "INF-003", "guard"), (.brokenMain, "INF-003", "clock is off"),
        ] as [(TestLoader, String, String)])
    func `is not invented where Init shows none`(
        loader: TestLoader, code: String, words: String
    ) async throws {
        let client = client()
        let error = await #expect(throws: WorkbenchError.self) {
            _ = try await client.inferBoard(of: loader.path, output: nil)
        }
        #expect(error?.code == code && error?.summary.contains(words) == true, "\(error?.summary ?? "")")
    }

    /// What start-up code of any loader does with the FMC is no sign of a flash there.
    @Test func `is not taken for another controller's by what start-up code writes`() {
        #expect(PeripheralNames.otherController(in: [0x5200_4000: 1, 0x5802_4400: 9]) == nil)
        #expect(PeripheralNames.otherController(in: [0x5200_4000: 1, 0x5200_4080: 2]) == "FMC")
    }

    @Test func `is a file that needs no correction, and the loader runs on it`() async throws {
        let scratch = try ScratchDirectory()
        defer { withExtendedLifetime(scratch) {} }
        let path = scratch.path("mine.yaml")
        _ = try await client().inferBoard(of: TestLoader.inferClocks.path, output: path)
        let library = ConfigurationLibrary(JobBench.paths)
        #expect(try BoardCheckReport(library, of: path).mistakes.map(\.text) == [])
        #expect(try BoardReport(library, named: path).highSpeedCrystalHertz == 16_000_000)

        var request = BenchRequest(probe: .only, paths: JobBench.paths)
        request.board = path
        let client = WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
        let report = try await client.checkLoader(TestLoader.inferClocks.path, tries: true)
        #expect(report.trial?.runs.count == 4)
        #expect(report.trial?.runs.compactMap(\.failure?.text) == [])
    }

    @Test func `serves a check that names none`() async throws {
        let report = try await client().checkLoader(TestLoader.inferDual.path, tries: true)
        #expect(report.inferredBoard?.banks.count == 2)
        #expect(report.trial?.runs.compactMap(\.failure?.text) == [])
    }
}
