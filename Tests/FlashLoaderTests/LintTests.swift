// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HardwareDescription
import ReferenceLoader
import TestLoaders
import Testing

@testable import FlashLoader

@Suite struct `What goes wrong with a loader, by its file` {
    private func target() throws -> TargetDefinition {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Config/targets/stm32h745.yaml").standardized
        return try TargetDefinition(
            yaml: String(contentsOf: file, encoding: .utf8), file: "stm32h745.yaml")
    }
    private func codes(_ bytes: [UInt8], _ name: String) throws -> [String] {
        let file: LoaderFile
        do { file = try LoaderFile(reading: bytes, fileName: name) } catch { return [error.code] }
        return LoaderLint.findings(file, target: try target()).map(\.code)
    }

    @Test(
        arguments: [
            (.brokenNoBreakpointRoom, ["LNT-001"]), (.brokenOutsideRam, ["LNT-002"]),
            (.brokenTooLarge, ["LNT-003"]), (.brokenSectorSum, ["LNT-010"]), (.brokenPage, ["LNT-011"]),
            (.brokenSectorSize, ["LNT-010", "LNT-012"]), (.brokenStart, ["LNT-013"]),
            (.brokenName, ["LNT-016"]), (.brokenNoRead, ["LNT-017"]), (.brokenType, ["LNT-018"]),
            (.brokenHugeFrame, ["LNT-020"]), (.brokenVendorStack, ["LNT-021"]),
            (.brokenRecursion, ["LNT-022"]), (.brokenUncleared, ["LNT-030"]),
            (.brokenDataElsewhere, ["LNT-031"]), (.brokenConstructors, ["LNT-032"]),
            (.brokenMain, ["LNT-033"]), (.brokenInterrupts, ["LNT-040"]), (.brokenVectors, ["LNT-041"]),
            (.brokenSystick, ["LNT-042"]), (.brokenWfi, ["LNT-043"]), (.brokenConstantTick, ["LNT-050"]),
            (.brokenTickInterrupt, ["LNT-051"]), (.brokenDelay, ["LNT-050", "LNT-052"]),
            (.brokenFlag, ["LNT-053"]), (.brokenWait, ["LNT-054"]), (.brokenErrorHandler, ["LNT-055"]),
            (.brokenHostsRam, ["LNT-060"]), (.brokenInternalFlash, ["LNT-061"]),
            (.brokenForeignRam, ["LNT-062"]), (.brokenAbsolute, ["LNT-063"]),
            (.brokenInstruction, ["LNT-070"]), (.semihosting, ["LNT-072"]),
            (.busFault, ["LNT-064"]), (.faultUnaligned, ["LNT-065"]), (.faultFpu, ["LNT-075"]),
            (.faultArmState, ["LNT-076"]), (.faultCoprocessor, ["LNT-070"]), (.faultBreakpoint, ["LNT-072"]),
            (.faultErasedJump, ["LNT-060"]), (.faultPeripheral, ["LNT-054"]),
            (.faultWfe, ["LNT-043", "LNT-055"]), (.brokenSupervisor, ["LNT-073"]),
            (.brokenReset, ["LNT-074"]),
            (.brokenNoStorageInfo, ["LDR-003"]), (.brokenEmptyStorageInfo, ["LDR-005"]),
            (.brokenDiscardedWrite, ["LDR-006"]), (.brokenErasedValue, ["LDR-011"]),
        ] as [(TestLoader, [String])])
    func `is told by its code, and nothing else is`(loader: TestLoader, expected: [String]) throws {
        #expect(try codes(loader.bytes(), loader.fileName) == expected)
    }

    @Test(
        arguments: [
            .soundPlain, .soundDtcm, .soundMapped, .soundVerify, .soundOldVerify, .soundSectors,
            .soundCleared, .soundClock, .algorithm,
        ] as [TestLoader])
    func `is nothing with a sound one`(loader: TestLoader) throws {
        #expect(try codes(loader.bytes(), loader.fileName) == [])
    }
    @Test func `is nothing with the loader that ships`() throws {
        let bytes = try #require(ReferenceLoader.bytes(of: ReferenceLoader.fileName))
        #expect(try codes(bytes, ReferenceLoader.fileName) == [])
    }

    @Test func `has the place and a remedy`() throws {
        let file = try LoaderFile(reading: TestLoader.brokenWait.bytes(), fileName: "broken-wait.stldr")
        let finding = try #require(try LoaderLint.findings(file, target: target()).first)
        #expect(finding.severity == .risk && finding.text.contains("RCC (0x58024400)"))
        #expect(finding.place?.hasPrefix("Init+0x") == true && finding.place?.contains("sound.h:") == true)
        #expect(finding.remedy == "give up after a number of rounds, and return failure")
    }

    @Test func `is told for the chip of a board`() throws {
        let file = try LoaderFile(reading: TestLoader.soundPlain.bytes(), fileName: "sound-plain.stldr")
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Config/flash").standardized
        let library = DefinitionLibrary { name in
            (try? String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8))
                .map { DefinitionLibrary.File(path: name, text: $0) }
        }
        let text = try String(contentsOf: folder.appending(path: "w25q64jv.yaml"), encoding: .utf8)
        let chip = try FlashChipDefinition(yaml: text, file: "w25q64jv.yaml", library: library)
        #expect(LoaderLint.findings(file, target: try target(), chip: chip).map(\.code) == ["LNT-014"])
    }
}

@Suite struct `Stack by the machine code` {
    private func estimates(_ loader: TestLoader) throws -> [String: StackEstimate] {
        let file = try LoaderFile(reading: loader.bytes(), fileName: loader.fileName)
        return Dictionary(uniqueKeysWithValues: file.stackEstimates.map { ($0.entry, $0.estimate) })
    }

    @Test func `adds up along the deepest calls`() throws {
        let estimate = try #require(try estimates(.brokenVendorStack)["Init"])
        #expect(estimate.path == ["Init", "outer", "inner"] && estimate.isBound)
        #expect((1200...1300).contains(estimate.bytes))
    }
    @Test func `says what it does not know`() throws {
        #expect(try estimates(.brokenRecursion)["Init"]?.recursion == ["round"])
        // Calls a function that it is given.
        let indirect = try estimates(.winbondRegisters).values.flatMap(\.indirect)
        #expect(try estimates(.winbondRegisters).values.allSatisfy { $0.isBound } == indirect.isEmpty)
    }
}

@Suite struct `Damaged machine code` {
    @Test(arguments: [TestLoader.soundVerify, .vendorTemplate, .algorithm])
    func `of any kind is read to an end`(loader: TestLoader) throws {
        var random = UInt64(0x9E37_79B9_7F4A_7C15)
        let file = try LoaderFile(reading: loader.bytes(), fileName: loader.fileName)
        let target = try TargetDefinition(
            yaml: String(
                contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                    .appending(path: "../../Config/targets/stm32h745.yaml").standardized, encoding: .utf8),
            file: "t.yaml")
        for _ in 0..<120 {
            var damaged = file
            for _ in 0..<24 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let index = Int(random >> 33) % damaged.program.pieces[0].bytes.count
                damaged.program.pieces[0].bytes[index] = UInt8(truncatingIfNeeded: random >> 20)
            }
            for finding in LoaderLint.findings(damaged, target: target) {
                #expect(!finding.text.isEmpty && !finding.remedy.isEmpty)
            }
        }
    }
}
