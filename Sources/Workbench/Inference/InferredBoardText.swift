// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// The board file of a draft.
struct InferredBoardText {
    let draft: BoardDraft
    /// What `--board` takes.
    let name: String
    let title: String
    /// The loader's file name, for people.
    let loaderName: String
    /// How the board file names the loader; nil: not at all.
    var loader: String?
    /// On each bank; nil for whatever it says of itself.
    let flash: String?
    var notes: [InferenceNote] = []

    private static let width = 110

    var text: String {
        var lines = Self.comment(
            "What Init of \(Self.plain(loaderName)) does on the simulated bench, written down by `extflash loader infer`: "
                + "pins, bank and clocks are what it writes to ports, QUADSPI and RCC. Look through what is a guess."
        )
        for note in notes { lines += Self.comment("- " + Self.plain(note.text)) }
        lines += [
            "schema: 2", "name: \(name)", "title: \(Self.quoted(title))",
            "sources: [\(Self.quoted("Init of \(loaderName), on the simulated bench"))]",
            "target: \(draft.target)",
        ]
        if let crystals { lines.append("crystals: {\(crystals)}") }
        if let supply = draft.supply { lines.append("supply: {core: \(supply.rawValue)}") }
        lines.append("quadspi:")
        if draft.mode == .dual { lines.append("  mode: dual") }
        if draft.sharesSelect { lines.append("  shared-select: true") }
        lines.append("  banks:")
        for bank in draft.banks { lines += self.lines(of: bank) }
        if let loader { lines.append("loader: \(Self.quoted(loader))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var crystals: String? {
        var parts = draft.highSpeed.map { ["hse: \($0.rawValue / 1000) kHz"] } ?? []
        if draft.highSpeed != nil, draft.isBypassed { parts.append("bypass: true") }
        if draft.hasLowSpeed { parts.append("lse: 32768 Hz") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private func lines(of bank: BoardDraft.Bank) -> [String] {
        ["    - bank: \(bank.number)", "      flash: \(flash ?? "sfdp")", "      pins:"]
            + bank.pins.map { pin in
                let line =
                    "        - {signal: \(pin.signal.rawValue), pin: \(pin.contact.pin.text), "
                    + "function: \(pin.contact.function)}"
                return switch pin.origin {
                case .set: line
                case .corrected: line + "  # Init gives it another function"
                case .guessed: line + "  # a guess: Init gives it no pin"
                }
            }
    }

    /// Lines that no text breaks out of.
    private static func comment(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + word.count >= width, line != "#" {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return lines + [line]
    }

    /// Only what can be printed: names come from files of strangers.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
    static func quoted(_ text: String) -> String {
        "\"" + plain(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Letters, digits and dashes of a text, as names of boards have them; `board` where none are left.
    static func boardName(_ text: String) -> String {
        let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "board" : String(words.joined(separator: "-").prefix(64))
    }
}
