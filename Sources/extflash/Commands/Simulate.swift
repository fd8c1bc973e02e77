// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import BenchServer
import Essentials
import Foundation
import Workbench

/// Runs anybody's program against simulated probes.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a program on a private USB bus with simulated probes in front of simulated boards.",
        discussion: """
            Any program that reaches USB through libusb sees the probes as devices of the operating system: \
            extflash simulate --probe stlink-v3 -- st-info --probe. Needs no hardware; without root it needs user \
            namespaces.

            The program finds the simulation's control socket in EXTFLASH_SIMULATE_SOCKET; \
            `extflash simulate control ACTION` talks to it. Others reach it as /proc/PID/root/PATH.
            """,
        subcommands: [Run.self, Control.self, SimulateReplay.self], defaultSubcommand: Run.self)

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a program on the private bus (the default).")

        @Option(
            help: ArgumentHelp(
                "A probe on the bus, as after `sim:` elsewhere; may be repeated.",
                valueName: "kind[,option=value…]"))
        var probe: [String]

        @Flag(help: "Share the caller's network instead of a private one: its servers can be reached.")
        var shareNetwork = false

        @Option(
            help: ArgumentHelp(
                "Write down what crosses each cable, in a text file for each probe.", valueName: "directory"),
            completion: .directory)
        var record: String?

        @Flag(name: .shortAndLong, help: "Tell where the control socket is.")
        var verbose = false

        @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
        var command: [String] = []

        func validate() throws {
            guard !command.isEmpty else { throw ValidationError("Give the program to run after `--`.") }
        }

        func run() throws {
            var options = Simulation.Options(
                probes: probe.map { $0.hasPrefix("sim:") ? String($0.dropFirst(4)) : $0 })
            options.sharesNetwork = shareNetwork
            options.recordDirectory = record
            let environment = ProcessInfo.processInfo.environment.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }
            let status = try reporting { () throws(BenchServerError) in
                let simulation = try Simulation(options, clock: MonotonicTime()) {
                    Simulate.console.note("simulation: \($0)")
                }
                if verbose { Simulate.console.note("simulation: process \(getpid()) runs \(command[0])") }
                let status = try simulation.run(command, environment: environment)
                // It has been told already; the program's own failure goes before it.
                guard status == 0, let failure = simulation.recordFailure else { return status }
                return FailureClass(of: failure).rawValue
            }
            throw ExitCode(status)
        }
    }

    struct Control: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell a running simulation something: \(ControlCommand.grammar).",
            discussion:
                "Probes are counted from 1 in the order they were named; without N the first is meant.")

        @Option(help: "The simulation's socket (default: $EXTFLASH_SIMULATE_SOCKET).", completion: .file())
        var socket: String?

        @Argument(help: "What to do.")
        var action: [String]

        func run() throws {
            let path = socket ?? ProcessInfo.processInfo.environment[ControlClient.variable] ?? ""
            let line = action.joined(separator: " ")
            let answer = try reporting { () throws(BenchServerError) in try ControlClient.send(line, to: path)
            }
            for line in answer { Simulate.console.result(line) }
        }
    }

    static let console = Console(isJSON: false, progress: .none, verbosity: 0)
}

/// Carries `work` out; what goes wrong is told, and ends the process with its class's exit code.
func reporting<Result>(_ work: () throws(BenchServerError) -> Result) throws -> Result {
    do throws(BenchServerError) { return try work() } catch {
        Simulate.console.failure(error)
        throw ExitCode(FailureClass(of: error).rawValue)
    }
}
