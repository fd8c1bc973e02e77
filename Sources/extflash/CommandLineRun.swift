// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// One run of the program: arguments in, words out, an exit code at the end.
///
/// The process has one; tests have many, each with streams of its own.
struct CommandLineRun {
    let arguments: [String]

    /// - Returns: the exit code.
    static func run(_ arguments: [String]) async -> Int32 {
        let code = await CommandLineRun(arguments: arguments).perform()
        guard let lost = RunContext.current.streams.failure.map(ErrorReport.init) else { return code }
        if lost.failureClass != .outputClosed { Console().failure(lost) }
        // What became of the job counts more than what became of its report.
        return code == 0 ? lost.failureClass.rawValue : code
    }

    private func perform() async -> Int32 {
        do {
            var command = try ExtFlash.parseAsRoot(StationProgramOptions.withValues(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let code as ExitCode {
            // It has been told already.
            return code.rawValue
        } catch {
            return show(error)
        }
    }

    /// Help and version are results; anything else that the parser throws is a wrong command line.
    private func show(_ error: any Error) -> Int32 {
        let console = Console(isJSON: asksForJSON)
        if ExtFlash.exitCode(for: error) == .success {
            guard let cluster = unknownCluster else {
                console.streams.writeResult(ExtFlash.fullMessage(for: error) + "\n")
                return 0
            }
            return refuse(.unknownOption(cluster, command: commandName), usage: nil, on: console)
        }
        if let name = arguments.first, !name.hasPrefix("-"), commandName == nil {
            return refuse(.unknownCommand(name), usage: nil, on: console)
        }
        let text = ExtFlash.fullMessage(for: error)
        let usage = text.split(separator: "\n").drop { !$0.hasPrefix("Usage:") }.first.map(String.init)
        return refuse(
            .parser(message: ExtFlash.message(for: error), command: commandName), usage: usage, on: console)
    }

    private func refuse(_ error: UsageError, usage: String?, on console: Console) -> Int32 {
        let report = ErrorReport(error)
        for (index, line) in report.lines.enumerated() {
            // How it is called comes behind what is wrong and before where to read on.
            if index == 1, let usage { console.note("  " + usage) }
            console.note(line)
        }
        if console.isJSON {
            console.document(
                JobDocument(
                    command: commandName ?? DocumentSchema.anyCommand, result: nil, error: report, host: nil
                ).text)
        }
        return report.failureClass.rawValue
    }

    /// The arguments that the parser looks at: what stands behind `--` is for others.
    private var ours: ArraySlice<String> { arguments.prefix { $0 != "--" } }
    private var asksForJSON: Bool { ours.contains("--json") }

    /// `loader inspect`: the command that the arguments begin with; nil when they name none.
    private var commandName: String? {
        var names: [String] = []
        var command: any ParsableCommand.Type = ExtFlash.self
        for argument in ours {
            guard
                let next = command.configuration.subcommands.first(where: {
                    ($0.configuration.commandName ?? "\($0)".lowercased()) == argument
                })
            else { break }
            names.append(argument)
            command = next
        }
        return names.isEmpty ? nil : names.joined(separator: " ")
    }

    /// `-patch.bin`: the parser reads its letters as options of their own and answers the `h` among them with the
    /// help, before it looks whether it knows the others.
    private var unknownCluster: String? {
        ours.first { argument in
            argument.count > 2 && argument.hasPrefix("-") && !argument.hasPrefix("--")
                && !argument.dropFirst().allSatisfy { Self.shortOptions.contains($0) }
        }
    }

    /// Every option of one letter that some command has.
    static let shortOptions: Set<Character> = ["h", "o", "v"]
}

/// A command line that cannot be carried out.
enum UsageError: Error {
    /// What the argument parser says.
    case parser(message: String, command: String?)
    case unknownOption(String, command: String?)
    case unknownCommand(String)
}

extension UsageError: Diagnosable {
    var code: String { "CLI-001" }
    var failureClass: FailureClass? { .usage }
    var summary: String {
        switch self {
        case .parser(let message, _): message.prefix(1).lowercased() + message.dropFirst()
        case .unknownOption(let option, _): "unknown option \(option)"
        case .unknownCommand(let name): "there is no command \(name)"
        }
    }
    var remedies: [String] {
        switch self {
        case .parser(_, let command): [Self.help(command)]
        case .unknownOption(let option, let command):
            ["if it is a file's name, write ./\(option) or put it behind `--`", Self.help(command)]
        case .unknownCommand: [Self.help(nil)]
        }
    }

    private static func help(_ command: String?) -> String {
        "see `extflash \(command.map { $0 + " " } ?? "")--help`"
    }
}
