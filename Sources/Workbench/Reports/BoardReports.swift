// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DevicePacks
import Essentials
import HardwareDescription

/// One board as its file describes it.
package struct BoardReport: JobReport {
    package struct Pin: Encodable, Sendable {
        package let signal: String
        package let pin: String
        package let function: Int
        package let hasPullUp: Bool
    }
    package struct Bank: Encodable, Sendable {
        package let bank: Int
        package let flash: String?
        package let pins: [Pin]
    }
    package let name: String
    package let title: String
    package let origin: String
    package let target: String
    package let part: String?
    package let highSpeedCrystalHertz: UInt64?
    package let isCrystalBypassed: Bool
    package let lowSpeedCrystalHertz: UInt64?
    package let coreSupply: String?
    package let volts: Double?
    package let isDual: Bool
    package let banks: [Bank]
    package let loader: String?
    package let sources: [String]

    package init(_ library: ConfigurationLibrary, named text: String) throws(WorkbenchError) {
        let entry = try library.entry(.boards, text)
        let board = try library.board(entry).definition
        (name, title, origin, target, part) = (entry.name, board.title, entry.label, board.target, board.part)
        highSpeedCrystalHertz = board.crystals.highSpeed.map { UInt64($0.rawValue) }
        lowSpeedCrystalHertz = board.crystals.lowSpeed.map { UInt64($0.rawValue) }
        isCrystalBypassed = board.crystals.isBypassed
        (coreSupply, volts) = (board.supply.core?.rawValue, board.supply.volts)
        isDual = board.mode == .dual
        (loader, sources) = (board.loader, board.sources)
        banks = board.banks.map { bank in
            Bank(
                bank: bank.number, flash: bank.flash,
                pins: bank.pins.map {
                    Pin(
                        signal: $0.signal.rawValue, pin: $0.name, function: Int($0.function),
                        hasPullUp: $0.hasPullUp)
                })
        }
    }

    package static let schema = Schema.object([
        .key("name", .text(), "What --board takes."),
        .key("title", .text(), "Board and flash."),
        .key("origin", .text(), "A path, or that it is built in."),
        .key("target", .text(), "The target, as --target takes it."),
        .optional("part", .text(), "The exact part."),
        .optional("highSpeedCrystalHertz", .count, "HSE; absent where none is fitted."),
        .key("isCrystalBypassed", .flag, "Whether HSE comes from an oscillator instead of a crystal."),
        .optional("lowSpeedCrystalHertz", .count, "LSE; absent where none is fitted or known of."),
        .optional(
            "coreSupply", .word(BoardDefinition.Supply.Core.allCases.map(\.rawValue)),
            "What feeds the core."),
        .optional("volts", .number, "The supply."),
        .key("isDual", .flag, "Whether two chips are one memory, their bytes interleaved."),
        .key(
            "banks",
            .list(
                of: .object([
                    .key("bank", .count, "1 or 2."),
                    .optional("flash", .text(), "The part; absent for whatever the part says of itself."),
                    .key(
                        "pins",
                        .list(
                            of: .object([
                                .key(
                                    "signal", .word(BoardDefinition.Signal.allCases.map(\.rawValue)),
                                    "The QUADSPI's signal."),
                                .key("pin", .text(pattern: "^P[A-K][0-9]+$"), "The pin."),
                                .key("function", .count, "Its alternate function."),
                                .key("hasPullUp", .flag, "Whether the board pulls it up."),
                            ])), "Its pins."),
                ])), "The QUADSPI's banks."),
        .optional("loader", .text(), "The loader; absent where --loader has to give one."),
        .key("sources", .list(of: .text()), "Where wiring and parts come from."),
    ])
}

/// What is wrong with a board file.
package struct BoardCheckReport: JobReport, PartialReport {
    package struct Mistake: Encodable, Sendable {
        package let file: String
        package let line: Int
        package let column: Int
        package let code: String
        package let text: String
    }
    package let file: String
    package let mistakes: [Mistake]
    package var failure: WorkbenchError? {
        mistakes.isEmpty ? nil : .boardHasMistakes(file: file, count: mistakes.count)
    }

    private enum CodingKeys: CodingKey { case file, mistakes }

    /// Checks the file, or the board in force, that `text` names.
    package init(_ library: ConfigurationLibrary, of text: String) throws(WorkbenchError) {
        let entry = try library.entry(.boards, text)
        file = entry.label
        mistakes = try Self.mistakes(in: entry, library).map { error in
            Mistake(
                file: error.file, line: error.line, column: error.column, code: error.code,
                text: error.problem.text)
        }
    }

    private static func mistakes(
        in entry: ConfigurationEntry, _ library: ConfigurationLibrary
    ) throws(WorkbenchError) -> [DefinitionError] {
        let text = try entry.text()
        let board: BoardFile
        do { board = try BoardFile(yaml: text, file: entry.label) } catch { return [error] }
        var mistakes: [DefinitionError] = []
        for reference in board.references {
            if reference.kind == .loader, let packed = PackFile(reference.name) {
                if let mistake = mistake(packed.named(by: entry), reference, library) {
                    mistakes.append(mistake)
                }
                continue
            }
            let kind: ConfigurationKind =
                switch reference.kind {
                case .target: .targets
                case .flash: .flash
                case .loader: .loaders
                }
            let found = try library.find(kind, reference.name, namedBy: entry)
            if let found {
                // What the board builds on has to be right as well.
                do throws(WorkbenchError) {
                    switch reference.kind {
                    case .target: mistakes += board.mistakes(on: try library.target(found))
                    case .flash: _ = try library.chip(found)
                    case .loader: _ = try found.bytes()
                    }
                } catch {
                    guard case .configurationInvalid(let inner as DefinitionError) = error else {
                        throw error
                    }
                    mistakes.append(inner)
                }
            } else {
                let known = try library.names(kind).filter { !$0.contains("/") }
                mistakes.append(reference.mistake(known: known, list: kind.listCommand))
            }
        }
        return mistakes.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    }

    /// Nil where the pack has the file that is meant.
    private static func mistake(
        _ packed: PackFile, _ reference: BoardFile.Reference, _ library: ConfigurationLibrary
    ) -> DefinitionError? {
        do throws(WorkbenchError) {
            let pack = try packed.opened(for: BenchRequest(probe: .only, paths: library.paths))
            if let member = packed.member {
                _ = try doing("reading \(packed.path)") { () throws(PackError) in
                    try pack.choose(path: member)
                }
            }
            return nil
        } catch {
            return reference.mistake(error.summary)
        }
    }

    package static let schema = Schema.object([
        .key("file", .text(), "The file, or that it is built in."),
        .key(
            "mistakes",
            .list(
                of: .object([
                    .key("file", .text(), "This file, or one that it builds on."),
                    .key("line", .count, "From 1."),
                    .key("column", .count, "From 1."),
                    .key("code", .text(pattern: "^[A-Z]{3}-[0-9]{3}$"), "The kind of mistake."),
                    .key("text", .text(), "What is wrong, with the choices there are."),
                ])), "The mistakes, in the order of the file; empty when all is well."),
    ])
}
