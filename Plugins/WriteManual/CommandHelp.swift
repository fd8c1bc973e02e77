// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a program tells of its commands and options with `--experimental-dump-help` (ArgumentParser, version 0).
struct HelpDump: Decodable {
    let command: CommandHelp
}

/// A program, or one of its commands.
struct CommandHelp: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let superCommands: [String]?
    let subcommands: [CommandHelp]?
    let arguments: [ArgumentHelp]?

    /// Those that a person is shown; every program has `help`, which says the same as the manual.
    var commands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }
    /// `extflash job start`.
    var fullName: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
    var shown: [ArgumentHelp] { (arguments ?? []).filter { $0.shouldDisplay != false } }
    /// What a page of a command tells: `--help` and `--version` are every command's.
    var told: [ArgumentHelp] {
        shown.filter { argument in argument.names?.contains { ["help", "version"].contains($0.name) } != true
        }
    }
    /// The commands that do something, however deep.
    var leaves: [CommandHelp] { commands.flatMap { $0.commands.isEmpty ? [$0] : $0.leaves } }
}

/// An argument, option or flag.
struct ArgumentHelp: Decodable, Hashable {
    enum Kind: String, Decodable { case positional, option, flag }
    struct Name: Decodable, Hashable {
        enum Kind: String, Decodable { case long, short, longWithSingleDash }
        let kind: Kind
        let name: String
    }
    let kind: Kind
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let discussion: String?
    let defaultValue: String?
    let allValues: [String]?
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool?

    var value: String { valueName ?? "value" }
}
