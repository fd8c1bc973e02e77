// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// Something a person at the bench gets wrong, and the class of failure it is told as.
enum WrongInput: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case truncatedELF = "a truncated ELF file"
    case hexChecksum = "a HEX record with a wrong checksum"
    case beyondFlash = "an image that ends beyond the flash"
    case overlap = "images that overlap"
    case otherMachine = "an ELF file for another machine"
    case missingFile = "a file that is not there"
    case unknownBoard = "a board nobody described"
    case noStorageInfo = "a loader without StorageInfo"
    case outsideRAM = "a loader linked outside RAM"
    case otherFlash = "a loader for a flash elsewhere"
    case wrongLoader = "a loader for another bank"
    case unknownProbe = "a probe that does not exist"
    case unknownSetting = "a setting of the simulator that does not exist"
    case unpowered = "a target without power"
    case wrongPart = "another part"
    case silentFlash = "a flash that does not answer"
    case protectedFlash = "a write-protected flash"

    var testDescription: String { rawValue }

    var expected: (failure: FailureClass, code: String) {
        switch self {
        case .truncatedELF: (.imageMalformed, "IMG-012")
        case .hexChecksum: (.imageChecksum, "IMG-005")
        case .beyondFlash: (.imageBeyondFlash, "IMG-015")
        case .overlap: (.imageOverlap, "IMG-014")
        case .otherMachine: (.imageForOtherTarget, "IMG-011")
        case .missingFile: (.fileUnusable, "WRK-020")
        case .unknownBoard: (.configurationInvalid, "WRK-010")
        case .noStorageInfo: (.loaderWithoutStorageInfo, "LDR-003")
        case .outsideRAM: (.loaderOutsideRAM, "LDR-020")
        case .otherFlash: (.loaderInvalid, "WRK-030")
        case .wrongLoader: (.loaderFailed, "LDR-030")
        case .unknownProbe: (.noProbe, "BEN-002")
        case .unknownSetting: (.usage, "BEN-004")
        case .unpowered: (.targetUnpowered, "TGT-005")
        case .wrongPart: (.wrongPart, "TGT-007")
        case .silentFlash: (.flashSilent, "LDR-028")
        case .protectedFlash: (.flashProtected, "FLS-019")
        }
    }

    func configure(_ configuration: inout BenchConfiguration) {
        switch self {
        case .unpowered: configuration.targetIsPowered = false
        case .wrongPart: configuration.part = "stm32h723"
        case .silentFlash: configuration.flashFault = .absent
        case .protectedFlash: configuration.flashFault = .blockProtected
        default: break
        }
    }

    func images(on bench: JobBench) throws -> [ImageRequest] {
        let piece = Piece(0x9000_0100, 500, seed: 12)
        switch self {
        case .truncatedELF:
            return [try bench.image(JobFiles.elf([piece]).dropLast(700), at: nil, name: "a.elf")]
        case .hexChecksum:
            var text = JobFiles.hex([piece])
            // Another digit in the data of the third line.
            let line = text.indices.filter { text[$0] == UInt8(ascii: ":") }[2]
            text[line + 12] = text[line + 12] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            return [try bench.image(text, at: nil, name: "a.hex")]
        case .beyondFlash: return [try bench.image(piece.bytes, at: 0x90FF_FFFF)]
        case .overlap:
            return [
                try bench.image(piece.bytes, at: piece.address),
                try bench.image(JobFiles.hex([Piece(0x9000_02F0, 16, seed: 13)]), at: nil, name: "b.hex"),
            ]
        case .otherMachine:
            var file = SyntheticELF()
            file.machine = 62
            file.add(".text", at: piece.address, piece.bytes)
            file.addSegment(0..<1, physicalAddress: piece.address)
            return [try bench.image(file.encode(), at: nil, name: "a.elf")]
        case .missingFile:
            return [ImageRequest(path: bench.scratch.path("none.bin"), address: nil, format: nil)]
        default: return [try bench.image(piece.bytes, at: piece.address)]
        }
    }

    func adjust(_ request: inout BenchRequest, on bench: JobBench) throws {
        switch self {
        case .unknownBoard: request.board = "no-such-board"
        case .noStorageInfo: request.loader = try bench.scratch.file("l.stldr", JobFiles.loader(info: nil))
        case .outsideRAM:
            request.loader = try bench.scratch.file("l.stldr", JobFiles.loader(at: 0x0800_0000))
        case .otherFlash:
            request.loader = try bench.scratch.file("l.stldr", JobFiles.loader(info: 0x7000_0000))
        case .wrongLoader: request.loader = TestLoader.wrongBank.path
        case .unknownProbe: request.probe = .simulated("stlink-v9")
        case .unknownSetting: request.probe = .simulated("stlink-v3,colour=red")
        default: break
        }
    }
}

extension JobFiles {
    /// The shell of a loader: every entry point, none of which does anything.
    ///
    /// `info` is the flash's address in StorageInfo; nil leaves StorageInfo out.
    static func loader(at address: UInt32 = 0x2400_0004, info: UInt32? = 0x9000_0000) -> [UInt8] {
        var file = SyntheticELF()
        // BX LR.
        let text = file.add(
            ".text", at: address, [UInt8](repeating: 0, count: 62) + [0x70, 0x47], flags: 0x6)
        for name in ["Init", "Write", "SectorErase", "MassErase", "Read", "Verify"] {
            file.addSymbol(name, (address + 62) | 1, in: text, size: 2)
        }
        file.addSegment(0..<1, physicalAddress: address)
        guard let info else { return file.encode() }
        // Dev_Inf.h of ST's examples: name of 100 bytes, type, start, size, page, erased value, sector groups.
        var record = Array("SHELL".utf8) + [UInt8](repeating: 0, count: 95)
        record.put32(3)
        for word: UInt32 in [info, 0x100_0000, 256, 0xFF, 4096, 4096] + [UInt32](repeating: 0, count: 18) {
            record.put32(word)
        }
        let section = file.add(".Dev_info", at: address + 0x1000, record, flags: 0x2)
        file.addSymbol("StorageInfo", address + 0x1000, in: section, size: UInt32(record.count), type: 1)
        file.addSegment(1..<2, physicalAddress: address + 0x1000)
        return file.encode()
    }
}
