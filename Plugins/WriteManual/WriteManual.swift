// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// What the pages of a program have in common.
struct ManualFrame {
    /// `November 27, 2026`.
    let date: String
    /// `extflash 0.1.0`.
    let version: String
    /// Holds `NAME.mdoc`, sections that the program's help does not have: files, environment, examples.
    let sections: URL
    /// Where the pages go.
    let output: URL

    static let exitCodes = "Exit codes: "

    func write(_ page: ManualPage) throws {
        try Data(page.text.utf8).write(to: output.appending(path: page.name + ".1"))
    }

    /// The sections that come before the exit status, and the examples behind it.
    func moreSections(_ name: String) throws -> (before: [String], examples: [String]) {
        let file = sections.appending(path: name + ".mdoc")
        guard FileManager.default.fileExists(atPath: file.path) else { return ([], []) }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix(".\\\"") }
        let examples = lines.firstIndex(of: ".Sh EXAMPLES") ?? lines.endIndex
        return (Array(lines[..<examples]), Array(lines[examples...]))
    }
}

/// Writes manual pages in mdoc(7) from what a program tells of itself with `--experimental-dump-help`.
///
///     write-manual DATE VERSION SECTIONS OUTPUT <help.json
///
/// A page for the program, and one for each of its commands when it has more than a few; the commands below those are
/// told on their page.
@main
struct WriteManual {
    /// With more commands than this, each has a page of its own.
    static let commandsOnOnePage = 4

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5 else {
            throw ManualError(summary: "usage: write-manual DATE VERSION SECTIONS OUTPUT <help.json")
        }
        let frame = ManualFrame(
            date: arguments[1], version: arguments[2], sections: URL(filePath: arguments[3]),
            output: URL(filePath: arguments[4]))
        let help = try JSONDecoder().decode(
            HelpDump.self, from: FileHandle.standardInput.readDataToEndOfFile()
        ).command
        let hasPages = help.commands.count > commandsOnOnePage
        var page = programPage(help, frame, hasPages: hasPages)
        let (before, examples) = try frame.moreSections(help.commandName)
        page.add(before)
        page.exitStatus(of: help)
        page.add(examples)
        let pages = hasPages ? help.commands.map { "\(help.commandName)-\($0.commandName)" } : []
        page.seeAlso((pages + (help.commandName == "extflash" ? ["extflashd"] : ["extflash"])).sorted())
        try frame.write(page)
        guard hasPages else { return }
        for command in help.commands {
            var page = commandPage(command, of: help, frame)
            let (before, examples) = try frame.moreSections(page.name)
            page.add(before)
            page.begin("EXIT STATUS")
            page.add(["0 on success; what else there is, is listed in", ".Xr \(help.commandName) 1 ."])
            page.add(examples)
            page.seeAlso([help.commandName])
            try frame.write(page)
        }
    }

    static func programPage(_ help: CommandHelp, _ frame: ManualFrame, hasPages: Bool) -> ManualPage {
        var page = ManualPage(name: help.commandName, abstract: help.abstract ?? "", frame: frame)
        page.begin("SYNOPSIS")
        page.synopsis(of: help)
        if !hasPages { for command in help.leaves { page.synopsis(of: command) } }
        page.begin("DESCRIPTION")
        let paragraphs = (help.discussion ?? "").split(separator: "\n").map(String.init)
        let told = [help.abstract ?? ""] + paragraphs.filter { !$0.hasPrefix(ManualFrame.exitCodes) }
        page.add(ManualText.paragraphs(told.joined(separator: "\n")))
        if !help.shown.isEmpty {
            page.add([".Pp", "The options are as follows:"])
            page.list(help.shown)
        }
        if !help.commands.isEmpty {
            page.begin("COMMANDS")
            if hasPages {
                page.list(help.commands) { "\(help.commandName)-\($0.commandName)" }
            } else {
                for command in help.leaves { addSection(command, common: [], to: &page) }
            }
        }
        return page
    }

    static func commandPage(_ command: CommandHelp, of program: CommandHelp, _ frame: ManualFrame)
        -> ManualPage
    {
        let name = "\(program.commandName)-\(command.commandName)"
        var page = ManualPage(name: name, abstract: command.abstract ?? "", frame: frame)
        let leaves = command.leaves
        let common = commonArguments(of: leaves)
        page.begin("SYNOPSIS")
        if leaves.isEmpty { page.synopsis(of: command) }
        for leaf in leaves { page.synopsis(of: leaf, common: common) }
        page.begin("DESCRIPTION")
        page.add(ManualText.paragraphs((command.abstract ?? "") + "\n" + (command.discussion ?? "")))
        if leaves.isEmpty {
            if !command.told.isEmpty {
                page.add([".Pp", "The arguments are as follows:"])
                page.list(command.told)
            }
        } else {
            page.begin("COMMANDS")
            for leaf in leaves { addSection(leaf, common: common, to: &page) }
            if !common.isEmpty {
                page.begin("COMMON OPTIONS")
                page.list(leaves[0].told.filter(common.contains))
            }
        }
        return page
    }

    /// What a command below another one does, and its own arguments.
    static func addSection(_ command: CommandHelp, common: Set<ArgumentHelp>, to page: inout ManualPage) {
        page.add([".Ss " + ManualText.argument(command.fullName)])
        page.add(ManualText.paragraphs((command.abstract ?? "") + "\n" + (command.discussion ?? "")))
        page.list(command.told.filter { !common.contains($0) })
    }

    /// Options that every one of several commands has, with the same words.
    static func commonArguments(of commands: [CommandHelp]) -> Set<ArgumentHelp> {
        guard commands.count > 1, let first = commands.first else { return [] }
        return commands.dropFirst().reduce(Set(first.shown)) { $0.intersection($1.shown) }
            .filter { $0.kind != .positional }
    }
}

struct ManualError: Error, CustomStringConvertible {
    let summary: String
    var description: String { summary }
}
