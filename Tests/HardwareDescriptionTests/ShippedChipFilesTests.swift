// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

@testable import HardwareDescription

/// What the driver makes of the files of `Config/flash`; the bench's own reader is held to them by its own tests.
@Suite struct `Shipped chip files` {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../Config/flash").standardized
    private static let library = DefinitionLibrary { name in
        (try? String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8)).map {
            .init(path: "\(name).yaml", text: $0)
        }
    }
    /// Parts without families.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()
    private func chip(_ name: String) throws -> FlashChipDefinition {
        let file = try #require(try Self.library.find(name))
        return try FlashChipDefinition(yaml: file.text, file: file.path, library: Self.library)
    }

    @Test(arguments: names) func `say all that a job needs`(name: String) throws {
        let chip = try chip(name)
        #expect(chip.name == name)
        #expect(!chip.sources.isEmpty)
        #expect(chip.supply != nil && chip.clock != nil && chip.pageProgram != nil)
        #expect(chip.busy != nil && chip.writeEnabled != nil && chip.protection != nil)
        #expect(chip.instruction(.readID) != nil && chip.instruction(.program) != nil)
        let erases = chip.instructions.filter { $0.does == .erase }
        #expect(!erases.isEmpty && erases.allSatisfy { $0.time != nil })
        #expect(chip.chipErase != nil || chip.instruction(.eraseDie)?.time != nil)
        // Beyond 16 MiB there is a way to the rest.
        let hasLongAddresses = chip.instructions.contains { $0.does == .read && $0.addressBytes == 4 }
        #expect(chip.size <= 16 << 20 || hasLongAddresses)
        // SFDP, basic table, double word 2: the size in bits less one, or two to the power of it.
        if chip.parameters.starts(with: Array("SFDP".utf8)) {
            #expect(DiscoveredSize.bytes(chip.parameters) == chip.size)
        }
    }

    @Test func `describe every part that is promised`() {
        let promised = [
            "w25q16jv", "w25q64jv", "w25q128jv", "w25q128jw", "w25q128fv", "w25q256jv", "w25q256fv",
            "w25q512jv",
            "w25q01jv", "w25q02jv", "mt25ql128ab", "mt25ql256ab", "mt25ql512ab", "mt25ql02gc", "mt25tl01g",
            "n25q032a", "n25q064a", "n25q128a", "n25q00aa", "mx25l12835f", "mx25l25645g", "mx25l51245g",
            "mx66l1g45g", "is25lp064", "is25lp128", "is25lp256", "gd25q64", "gd25q128", "gd25q256",
            "s25fl128s",
            "s25fl256s", "s25fl512s", "s25hl512t", "s25hl01gt", "s25hl02gt",
        ]
        #expect(promised.filter { !Self.names.contains($0) } == [])
    }
}

/// The size in the second double word of the basic table, which the first parameter header points to (JESD216D 6.4.5).
private enum DiscoveredSize {
    static func bytes(_ area: [UInt8]) -> UInt32? {
        guard area.count > 16 else { return nil }
        let table = Int(area[12]) | Int(area[13]) << 8 | Int(area[14]) << 16
        guard area.count >= table + 8 else { return nil }
        let density = (0..<4).reduce(UInt32(0)) { $0 | UInt32(area[table + 4 + $1]) << (8 * UInt32($1)) }
        if density >> 31 != 0 { return UInt32(1) << ((density & 0x7FFF_FFFF) - 3) }
        return density / 8 + 1
    }
}
