// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// A board that was inferred from what a loader's Init does.
package struct InferredBoardFacts: Encodable, Sendable {
    package struct Pin: Encodable, Sendable {
        package let signal: String
        package let pin: String
        package let function: Int
        /// Whether Init says so.
        package let origin: String
    }
    package struct Bank: Encodable, Sendable {
        package let bank: Int
        package let pins: [Pin]
    }
    package struct Trial: Encodable, Sendable {
        package let flash: String
        package let steps: [TrialReport.Step]
    }
    package struct Note: Encodable, Sendable {
        package let kind: String
        package let text: String
    }
    package let target: String
    package let isDual: Bool
    package let sharesSelect: Bool
    package let banks: [Bank]
    package let highSpeedCrystalHertz: UInt64?
    package let isCrystalBypassed: Bool
    package let coreSupply: String?
    package let flash: String?
    package let fittingFlash: [String]
    package let trials: [Trial]
    package let notes: [Note]

    static let schema = Schema.object([
        .key("target", .text(), "The target, as --target takes it."),
        .key("isDual", .flag, "Whether two chips are one memory."),
        .key("sharesSelect", .flag, "Whether bank 1's NCS selects both chips."),
        .key(
            "banks",
            .list(
                of: .object([
                    .key("bank", .count, "1 or 2."),
                    .key(
                        "pins",
                        .list(
                            of: .object([
                                .key(
                                    "signal", .word(BoardDefinition.Signal.allCases.map(\.rawValue)),
                                    "The QUADSPI's signal."),
                                .key("pin", .text(pattern: "^P[A-K][0-9]+$"), "The pin."),
                                .key("function", .count, "Its alternate function."),
                                .key(
                                    "origin", .word(BoardDraft.Origin.allCases.map(\.rawValue)),
                                    "Whether Init set it, set it to another function, or it is a guess."),
                            ])), "Its pins."),
                ])), "The QUADSPI's banks."),
        .optional("highSpeedCrystalHertz", .count, "HSE, where Init starts it."),
        .key("isCrystalBypassed", .flag, "Whether Init takes an oscillator's clock for HSE."),
        .optional(
            "coreSupply", .word(BoardDefinition.Supply.Core.allCases.map(\.rawValue)),
            "What Init has feed the core."),
        .optional("flash", .text(), "The part that is taken; absent for whatever it says of itself."),
        .key("fittingFlash", .list(of: .text()), "The parts that the loader works with."),
        .key(
            "trials",
            .list(
                of: .object([
                    .key("flash", .text(), "The part."),
                    .key("steps", .list(of: TrialReport.Step.schema), "What was tried with it."),
                ])), "Each part that was tried."),
        .key(
            "notes",
            .list(
                of: .object([
                    .key("kind", .word(InferenceNote.kinds), "What it is about."),
                    .key("text", .text(), "What was guessed, or is odd."),
                ])), "What to look through."),
    ])
}

extension InferredBoardFacts {
    init(_ board: InferredBoard) {
        let draft = board.draft
        self.init(
            target: draft.target, isDual: draft.mode == .dual, sharesSelect: draft.sharesSelect,
            banks: draft.banks.map { bank in
                Bank(
                    bank: bank.number,
                    pins: bank.pins.map {
                        Pin(
                            signal: $0.signal.rawValue, pin: $0.contact.pin.text,
                            function: Int($0.contact.function), origin: $0.origin.rawValue)
                    })
            },
            highSpeedCrystalHertz: draft.highSpeed.map { UInt64($0.rawValue) },
            isCrystalBypassed: draft.isBypassed, coreSupply: draft.supply?.rawValue, flash: board.flash,
            fittingFlash: board.fits, trials: board.trials.map { Trial(flash: $0.flash, steps: $0.steps) },
            notes: draft.notes.map { Note(kind: $0.kind, text: $0.text) })
    }
}
