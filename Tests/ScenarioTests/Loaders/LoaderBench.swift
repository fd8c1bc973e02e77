// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import CortexM
import DebugProbe
import Essentials
import FlashController
import FlashLoader
import Foundation
import HardwareDescription
import ReferenceLoader
import TargetControl
import TestLoaders
import Testing

@testable import SimulatedBench

/// The simulated board held through one of its probes, ready for loaders.
struct LoaderBench {
    let bench: SimulatedBench
    let machine: Machine
    let target: HeldTarget
    let board: BoardDefinition
    let chip: FlashChipDefinition

    static let flashStart: UInt32 = 0x9000_0000

    init(
        _ kind: BenchConfiguration.ProbeKind = .stlinkV3,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = BenchConfiguration()
        configuration.probe = kind
        change(&configuration)
        bench = SimulatedBench(configuration)
        machine = try #require(bench.target as? Machine)
        let bringUp = BringUp(
            candidates: [try Self.target()], probe: try bench.openProbe(), timebase: bench.time,
            trace: .silent)
        target = try bringUp.takeHold()
        board = try BoardDefinition(
            yaml: try Self.text("boards/stm32h745xi-w25q128.yaml"), file: "board.yaml")
        chip = try Self.chip("w25q128jv")
    }

    /// Downloads a loader; `Init` is the test's business.
    func load(_ loader: TestLoader, layout: LoaderLayout.Style = .spacious) throws -> LoadedLoader {
        let image = try LoaderFile(reading: try loader.bytes(), fileName: loader.fileName)
        return try load(image, layout: layout)
    }
    func loadReference(layout: LoaderLayout.Style = .spacious) throws -> LoadedLoader {
        let bytes = try #require(ReferenceLoader.bytes(of: ReferenceLoader.fileName))
        return try load(LoaderFile(reading: bytes, fileName: ReferenceLoader.fileName), layout: layout)
    }
    /// `chips` are the known ones; the board's when nil.
    func load(
        _ image: LoaderFile, layout: LoaderLayout.Style = .spacious, chips: ChipCatalog? = nil
    ) throws -> LoadedLoader {
        try LoadedLoader(
            image, on: target,
            options: LoaderOptions(layout: layout, board: board, chips: chips ?? ChipCatalog([chip])))
    }

    /// What the cells hold, past every controller and loader.
    func cells(_ count: Int, at address: UInt32) -> [UInt8] {
        let offset = Int(address - Self.flashStart)
        return Array(machine.flashContents[offset..<offset + count])
    }

    static func target() throws -> TargetDefinition {
        try TargetDefinition(yaml: try text("targets/stm32h745.yaml"), file: "stm32h745.yaml")
    }
    /// A part's own description.
    static func chip(_ name: String) throws -> FlashChipDefinition {
        let files = DefinitionLibrary { (name) throws(DefinitionLibrary.Unreadable) in
            let path = "flash/\(name).yaml"
            do { return DefinitionLibrary.File(path: path, text: try text(path)) } catch {
                throw DefinitionLibrary.Unreadable(path: path, reason: "\(error)")
            }
        }
        return try FlashChipDefinition(
            yaml: try text("flash/\(name).yaml"), file: "chip.yaml", library: files)
    }
    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
        return try String(
            contentsOf: root.appending(path: "../../../Config/\(path)").standardized, encoding: .utf8)
    }
}

extension LoadedLoader {
    /// Erases whole sectors by count of bytes.
    func erase(_ count: Int, at address: UInt32) throws(LoaderError) {
        try eraseSectors(from: address, through: address + UInt32(count) - 1, isCancelled: { false })
    }
}
