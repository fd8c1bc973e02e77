// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe
import Essentials
import FlashLoader
import FlashProgramming
import Foundation
import Testing
import USBTransport

@testable import Workbench

@Suite struct `Failure classes` {
    /// Every code that some error of ours can have, read from the sources.
    private func codesInSources() throws -> Set<String> {
        let sources = URL(filePath: #filePath).appending(path: "../../../../Sources").standardized
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var codes: Set<String> = []
        for file in files?.compactMap({ $0 as? URL }) ?? [] where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains("var code: String") else { continue }
            for match in text.matches(of: /[:{] "([A-Z]{3}-[0-9]{3})"/) { codes.insert(String(match.1)) }
        }
        return codes
    }

    @Test func `know every error code, and no other`() throws {
        let known = Set(FailureClass.byCode.keys).union(FailureClass.passingOn)
        let existing = try codesInSources()
        #expect(existing.count > 100)
        #expect(existing.subtracting(known).sorted() == [], "codes without a class")
        #expect(known.subtracting(existing).sorted() == [], "codes nobody gives out")
    }

    @Test func `are told by an error or only passed on, never both`() {
        #expect(FailureClass.passingOn.intersection(FailureClass.byCode.keys).sorted() == [])
    }

    @Test func `can all happen`() {
        let told = Set(FailureClass.byCode.values)
        #expect(FailureClass.allCases.filter { !told.contains($0) } == [.unexpected])
    }

    @Test func `blame the cable for what it broke`() {
        let cable = ProbeError.transport(
            USBError.timedOut(after: .seconds(1), transferred: 0), during: "READ")
        let loader = LoaderError.callFailed(
            .write, .access(.probe(cable, during: .accessPort), core: "M7", during: .call), file: "a.stldr",
            findings: [])
        let range = AddressRange(start: 0x9000_0000, count: 4096)
        let error = WorkbenchError.step(
            "programming", FlashError.device(.program, range, cause: loader, FlashJournal()))
        #expect(FailureClass(of: error) == .probeFailed)
    }

    @Test func `tell a loader from the flash it cannot reach`() {
        func failure(_ findings: [LoaderFinding]) -> FailureClass {
            FailureClass(
                of: WorkbenchError.step(
                    "initialising the flash",
                    LoaderError.refused(.initialize, value: 0, file: "a.stldr", findings: findings)))
        }
        #expect(failure([]) == .loaderFailed)
        #expect(failure([.flashSilent([255, 255, 255])]) == .flashSilent)
        #expect(
            failure([.flashSilent([255, 255, 255]), .answersWithBoardSetUp([0xEF, 0x40, 0x18])])
                == .loaderFailed)
        #expect(failure([.writeProtected(StatusRegisters(0x1C, 2, 0))]) == .flashProtected)
    }
}
