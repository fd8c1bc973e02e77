// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ReferenceLoader
import ShippedConfiguration
import Testing

@testable import Workbench

@Suite struct `Configuration` {
    private let weak: ScratchDirectory
    private let strong: ScratchDirectory
    private let library: ConfigurationLibrary
    private static let seed = "stm32h745xi-w25q128"

    init() throws {
        (weak, strong) = (try ScratchDirectory(), try ScratchDirectory())
        library = ConfigurationLibrary(InstallationPaths(roots: [weak.path, "/nowhere", strong.path]))
    }

    private func inForce(_ kind: ConfigurationKind, _ name: String) throws -> ConfigurationEntry {
        try library.entry(kind, name)
    }

    @Test func `that is shipped is what the package's Config holds, byte for byte`() throws {
        let config = URL(filePath: #filePath).appending(path: "../../../Config").standardized
        var expected: [String: [UInt8]] = [:]
        for folder in try FileManager.default.contentsOfDirectory(atPath: config.path) {
            let directory = config.appending(path: folder)
            for file in try FileManager.default.subpathsOfDirectory(atPath: directory.path)
            where file.hasSuffix(".yaml") {
                let bytes = try Data(contentsOf: directory.appending(path: file))
                expected["\(folder)/\(file)"] = [UInt8](bytes)
            }
        }
        #expect(ShippedConfiguration.names == expected.keys.sorted())
        for (name, bytes) in expected { #expect(ShippedConfiguration.bytes(of: name) == bytes, "\(name)") }
        #expect(ShippedConfiguration.bytes(of: "boards/nothing.yaml") == nil)
    }

    @Test func `includes the project's own loader`() throws {
        let loader = try #require(ReferenceLoader.bytes(of: ReferenceLoader.fileName))
        #expect(loader.starts(with: [0x7F, 0x45, 0x4C, 0x46]))
        #expect(try inForce(.loaders, ReferenceLoader.fileName).bytes() == loader)
    }

    @Test func `is built in where no file says otherwise`() throws {
        let entry = try inForce(.boards, Self.seed)
        #expect(entry.origin == .builtIn)
        #expect(entry.label == "built-in boards/\(Self.seed).yaml")
        #expect(try entry.text().contains("name: \(Self.seed)"))
    }

    @Test func `of a later place wins over an earlier one, and over what is built in`() throws {
        let first = try weak.file("boards/\(Self.seed).yaml", Array("weak".utf8))
        #expect(try inForce(.boards, Self.seed).label == first)
        let second = try strong.file("boards/\(Self.seed).yml", Array("strong".utf8))
        let entry = try inForce(.boards, Self.seed)
        #expect(entry.label == second)
        #expect(try entry.text() == "strong")
        let report = try ConfigurationReport(library, .boards)
        let file = try #require(report.files.first { $0.name == Self.seed })
        #expect(file.overrides == [first, "built-in boards/\(Self.seed).yaml"])
    }

    @Test func `of one's own is found by its name`() throws {
        try strong.file("targets/mine.yaml")
        try strong.file("targets/README")
        #expect(try library.names(.targets) == ["mine", "stm32h743", "stm32h745"])
    }

    @Test func `with a slash in its name is a file`() throws {
        let entry = try inForce(.boards, "./\(Self.seed)")
        #expect(entry.origin == .file(path: "./\(Self.seed)"))
        #expect(throws: WorkbenchError.self) { try entry.bytes() }
    }

    @Test func `that a file names by a path starts from that file's directory`() throws {
        let board = ConfigurationEntry(.boards, path: "/etc/extflash/boards/mine.yaml")
        let loader = try library.entry(.loaders, "../own/mine.stldr", namedBy: board)
        #expect(loader.origin == .file(path: "/etc/extflash/boards/../own/mine.stldr"))
        #expect(
            try library.entry(.loaders, "/opt/x.stldr", namedBy: board).origin == .file(path: "/opt/x.stldr"))
        #expect(try library.entry(.loaders, ReferenceLoader.fileName, namedBy: board).origin == .builtIn)
    }

    @Test func `that is missing is told with what there is and where it was searched`() throws {
        let error = try #require(throws: WorkbenchError.self) { try inForce(.targets, "stm32f4") }
        #expect(error.code == "WRK-010")
        #expect(error.summary == "there is no target called stm32f4; known: stm32h743, stm32h745")
        #expect(error.remedies.contains { $0.contains(strong.path) })
    }

    @Test func `in a directory that cannot be listed is an error, not nothing`() throws {
        let path = strong.path("boards")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
        let error = try #require(throws: WorkbenchError.self) { try inForce(.boards, Self.seed) }
        #expect(error.code == "WRK-020")
    }

    @Test func `is named with its kind where two kinds have the name`() throws {
        try strong.file("boards/twice.yaml", Array("a board".utf8))
        try strong.file("flash/twice.yaml", Array("a chip".utf8))
        let error = try #require(throws: WorkbenchError.self) { try library.entryInForce(named: "twice") }
        #expect(error.code == "WRK-014")
        #expect(try library.entryInForce(named: "flash/twice").text() == "a chip")
        #expect(try library.entryInForce(named: "w25q128jv.yaml").kind == .flash)
    }

    @Test func `places follow the environment`() {
        let places = InstallationPaths.current(
            environment: ["HOME": "/home/a", "XDG_CONFIG_HOME": "", "EXTFLASH_CONFIG": "/mine"])
        #expect(places.roots.suffix(3) == ["/etc/extflash", "/home/a/.config/extflash", "/mine"])
        let other = InstallationPaths.current(environment: ["HOME": "/home/a", "XDG_CONFIG_HOME": "/x"])
        #expect(other.roots.suffix(2) == ["/etc/extflash", "/x/extflash"])
    }
}
