// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One page of the manual, in mdoc(7).
struct ManualPage {
    let name: String
    private(set) var lines: [String]

    init(name: String, abstract: String, frame: ManualFrame) {
        self.name = name
        var description = Substring(abstract)
        while description.last == "." { description.removeLast() }
        lines = [
            ".\\\" Written by `make man` from the program's own help.",
            ".Dd \(frame.date)", ".Dt \(name.uppercased()) 1", ".Os \(frame.version)",
            ".Sh NAME", ".Nm \(name)", ".Nd \(ManualText.argument(String(description)))",
        ]
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    mutating func add(_ more: [String]) { lines += more }
    mutating func begin(_ section: String) { lines.append(".Sh \(section)") }

    /// How `command` is called; `common` are told elsewhere on the page.
    mutating func synopsis(of command: CommandHelp, common: Set<ArgumentHelp> = []) {
        let words = command.fullName.split(separator: " ")
        lines.append(".Nm \"\(words.joined(separator: " "))\"")
        let own = command.told.filter { !common.contains($0) }
        for argument in own where argument.kind != .positional { lines.append(argument.synopsis) }
        if !common.isEmpty, command.told.contains(where: common.contains) {
            lines.append(".Op Ar common\\ option ...")
        }
        for argument in own where argument.kind == .positional { lines.append(argument.synopsis) }
        if !command.commands.isEmpty { lines += [".Ar command", ".Op Ar argument ..."] }
    }

    /// What each argument means.
    mutating func list(_ arguments: [ArgumentHelp]) {
        guard !arguments.isEmpty else { return }
        lines.append(".Bl -tag -width Ds")
        for argument in arguments { lines += [".It " + argument.tag] + argument.explanation }
        lines.append(".El")
    }

    /// A line of help for each command; `link` is the page that tells more.
    mutating func list(_ commands: [CommandHelp], link: (CommandHelp) -> String?) {
        lines.append(".Bl -tag -width Ds")
        for command in commands {
            lines.append(".It Cm " + ManualText.argument(command.commandName))
            lines += ManualText.paragraphs(command.abstract ?? "")
            if let page = link(command) { lines += ["See", ".Xr \(page) 1 ."] }
        }
        lines.append(".El")
    }

    /// `Exit codes: 0 success; 10 no probe …` of a program's help, as a list.
    mutating func exitStatus(of program: CommandHelp) {
        let paragraphs = (program.discussion ?? "").split(separator: "\n")
        guard let paragraph = paragraphs.first(where: { $0.hasPrefix(ManualFrame.exitCodes) }) else { return }
        begin("EXIT STATUS")
        lines.append(".Bl -tag -width Ds")
        var entries = paragraph.dropFirst(ManualFrame.exitCodes.count).split(separator: ";").map {
            String($0.drop { $0 == " " })
        }
        // `; please report it` goes on with the entry before it.
        for index in entries.indices.reversed().dropLast() where entries[index].first?.isNumber != true {
            entries[index - 1] += "; " + entries.remove(at: index)
        }
        for entry in entries {
            let parts = entry.split(separator: " ", maxSplits: 1)
            var meaning = parts.count > 1 ? String(parts[1]) : ""
            if meaning.last == "." { meaning.removeLast() }
            lines += [".It \(parts.first ?? "")"] + ManualText.sentences(meaning)
        }
        lines.append(".El")
    }

    mutating func seeAlso(_ pages: [String]) {
        guard !pages.isEmpty else { return }
        begin("SEE ALSO")
        for (index, page) in pages.enumerated() {
            lines.append(".Xr \(page) 1" + (index + 1 < pages.count ? " ," : ""))
        }
    }
}

extension ArgumentHelp {
    private var flags: [String] {
        (names ?? []).sorted { ($0.kind == .short ? 0 : 1) < ($1.kind == .short ? 0 : 1) }.map { name in
            "Fl " + ManualText.argument(name.kind == .long ? "-" + name.name : name.name)
        }
    }

    /// `Fl o , Fl -output Ar file`.
    var tag: String {
        let value = "Ar " + ManualText.argument(value) + (isRepeating && kind == .positional ? " ..." : "")
        guard kind != .positional else { return value }
        return flags.joined(separator: " , ") + (kind == .option ? " " + value : "")
    }

    var synopsis: String {
        let text =
            kind == .positional
            ? tag : (flags.last ?? "") + (kind == .option ? " Ar " + ManualText.argument(value) : "")
        return isOptional || defaultValue != nil ? ".Op " + text : "." + text
    }

    /// Its sentences, with values and default where those do not say them.
    var explanation: [String] {
        var lines = ManualText.paragraphs(abstract ?? "")
        if let discussion { lines += ManualText.paragraphs(discussion) }
        let told = (abstract ?? "") + (discussion ?? "")
        if let allValues, !allValues.allSatisfy({ told.contains($0) }) {
            lines += ManualText.sentences("One of \(allValues.joined(separator: ", ")).")
        }
        if let defaultValue, !told.lowercased().contains("default:") {
            lines += ManualText.sentences("Default: `\(defaultValue)`.")
        }
        return lines
    }
}
