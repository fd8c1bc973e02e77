// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// What became of a job with a loader that has one mistake.
private struct Ending: CustomTestStringConvertible {
    let loader: TestLoader
    /// Of the error, or of what caused it; nil: the job does its work all the same.
    var code: String?
    /// In the error or its causes.
    var words = ""
    var testDescription: String { loader.rawValue }

    init(_ loader: TestLoader, _ code: String? = nil, _ words: String = "") {
        (self.loader, self.code, self.words) = (loader, code, words)
    }
}

@Suite struct `A job with a loader that is broken` {
    /// The mistake shows when it runs, or the file cannot be used.
    private static let failing: [Ending] = [
        .init(.brokenConstantTick, "LDR-031", "it was in Init (loader.c:26) in 8 of 8 samples"),
        .init(.brokenConstructors, "LDR-030", "the clock of GPIOB is off"),
        .init(.brokenDelay, "LDR-031", "it was in HAL_Delay"),
        .init(.brokenDiscardedWrite, "LDR-006", "Write"),
        .init(.brokenEmptyStorageInfo, "LDR-005", "StorageInfo"),
        .init(.brokenErasedValue, "LDR-011", "erased"),
        .init(.brokenErrorHandler, "LDR-031", "it was in Error_Handler (loader.c:7)"),
        .init(.brokenFlag, "LDR-031", "it was in Init"),
        .init(.brokenForeignRam, "LDR-031", "bus error of a data access at 0x30000000"),
        .init(.brokenHugeFrame, "LDR-031", "table takes 102424 bytes of stack"),
        .init(.brokenInstruction, "LDR-031", "undefined instruction"),
        .init(.brokenInternalFlash, "LDR-031", "it came from 0x8001000"),
        .init(.brokenMain, "LDR-030", "the clock of GPIOB is off"),
        .init(.brokenNoStorageInfo, "LDR-003", "StorageInfo"),
        .init(.brokenOutsideRam, "LDR-020", "broken-outside-ram.stldr"),
        .init(.brokenRecursion, "LDR-031", "round calls itself"),
        .init(.brokenReset, "LDR-031", "ended in a reset of the target"),
        .init(.brokenSectorSize, "FLS-010", "0x9000fde8 changed from 0xa8 to 0xff"),
        .init(.brokenStart, "WRK-030", "0x70000000"),
        .init(.brokenSupervisor, "LDR-031", "a supervisor call (SVC 0)"),
        .init(.brokenTickInterrupt, "LDR-031", "it was in Init (loader.c:23)"),
        .init(.brokenTooLarge, "LDR-021", "broken-too-large.stldr"),
        .init(.brokenWait, "LDR-031", "it was in Init"),
        .init(.brokenWfi, "LDR-031", "did not come back"),
        .init(.semihosting, "LDR-031", "stopped at a breakpoint"),
    ]
    /// The mistake is made good here, or concerns ST's tool or a board that fails.
    private static let working: [TestLoader] = [
        .brokenAbsolute, .brokenDataElsewhere, .brokenHostsRam, .brokenInterrupts, .brokenName,
        .brokenNoBreakpointRoom, .brokenNoRead, .brokenPage, .brokenSectorSum,
        .brokenSystick, .brokenType, .brokenUncleared, .brokenVectors, .brokenVendorStack,
    ]
    /// Neither at the beginning of a page nor of a sector; beyond the first.
    private static let place = JobBench.flashStart + 0xF100

    /// What lies around the image must stay as it was.
    private func bench(_ loader: TestLoader) throws -> (bench: JobBench, used: [UInt8]) {
        var used = randomBytes(0x3_0000, seed: 21)
        used += [UInt8](repeating: 0xFF, count: JobBench.flashSize - used.count)
        let contents = used
        let bench = try JobBench { ($0.flashContents, $0.busyTimes) = (contents, .short) }
        bench.adjust = { ($0.loader, $0.board) = (loader.path, "stm32h745xi-w25q128") }
        return (bench, used)
    }

    @Test(arguments: failing)
    private func `ends with an error that names the cause`(ending: Ending) async throws {
        let (bench, used) = try bench(ending.loader)
        let error = await #expect(throws: WorkbenchError.self) {
            try await bench.program(randomBytes(20_000, seed: 22), at: Self.place)
        }
        let chain = error?.chain ?? []
        #expect(chain.contains { $0.code == ending.code }, "\(chain.map(\.code))")
        #expect(chain.contains { $0.summary.contains(ending.words) }, "\(chain.map(\.summary))")
        // Nothing was written but where a sector was erased for it.
        #expect(bench.cells.dropFirst(0x2_0000).elementsEqual(used.dropFirst(0x2_0000)))
    }

    @Test(arguments: working)
    func `is good only where the flash holds what it should`(loader: TestLoader) async throws {
        let (bench, used) = try bench(loader)
        let data = randomBytes(20_000, seed: 22)
        try await bench.program(data, at: Self.place)
        var expected = used
        let offset = Int(Self.place - JobBench.flashStart)
        expected.replaceSubrange(offset..<offset + data.count, with: data)
        bench.expectCells(expected)
    }

    @Test func `is in one of the two lists`() {
        let listed = Set(Self.failing.map(\.loader) + Self.working)
        let broken = TestLoader.allCases.filter { $0.rawValue.hasPrefix("broken-") }
        #expect(Set(broken).subtracting(listed) == [] && broken.count + 1 == listed.count)
    }
}
