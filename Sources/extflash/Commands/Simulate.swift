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
        abstract: "Offer simulated probes in front of simulated boards to any program.",
        discussion: """
            With a command after `--`, runs it on a private USB bus that holds the probes. Any program that reaches USB through libusb sees the probes as devices of the operating system: \
            extflash simulate --probe stlink-v3 -- st-info --probe. Needs no hardware; without root it needs user \
            namespaces.

            The program finds the simulation's control socket in EXTFLASH_SIMULATE_SOCKET; \
            `extflash simulate control ACTION` talks to it. Others reach it as /proc/PID/root/PATH.

            With --usbip instead of a command, offers the probes over USB/IP until it is interrupted: a Linux with the \
            module vhci-hcd takes the first one with `usbip --tcp-port PORT attach -r ADDRESS -b 1-1`, the next as 1-2. \
            There the kernel's own drivers work with them, hidraw for one.
            """,
        subcommands: [Run.self, SimulateControl.self, SimulateReplay.self], defaultSubcommand: Run.self)

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a program on the private bus, or serve USB/IP (the default).")

        @Option(
            help: ArgumentHelp(
                "A probe on the bus, as after `sim:` elsewhere; may be repeated.",
                valueName: "kind[,option=value…]"))
        var probe: [String]

        @Flag(help: "Share the caller's network instead of a private one: its servers can be reached.")
        var shareNetwork = false

        @Option(
            help: ArgumentHelp(
                "Offer the probes over USB/IP; on loopback unless an address is given.",
                discussion: "Port 0 takes any that is free. There is no access control: whoever reaches the "
                    + "port can take the probes.",
                valueName: "[address:]port"))
        var usbip: NetworkAddress?

        @Option(help: "With --usbip: take control commands at this socket.", completion: .file())
        var socket: String?

        @Option(
            help: ArgumentHelp(
                "Write down what crosses each cable, in a text file for each probe.", valueName: "directory"),
            completion: .directory)
        var record: String?

        @Flag(
            name: .shortAndLong,
            help: "Say which process the program runs in, whose /proc/PID/root holds the socket.")
        var verbose = false

        @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
        var command: [String] = []

        func validate() throws {
            guard usbip != nil else {
                guard !command.isEmpty else {
                    throw ValidationError("Give the program to run after `--`, or --usbip.")
                }
                guard socket == nil else { throw ValidationError("--socket goes with --usbip.") }
                return
            }
            guard command.isEmpty else { throw ValidationError("--usbip takes no program to run.") }
            guard !shareNetwork else { throw ValidationError("--share-network goes with a program.") }
        }

        func run() throws {
            if let usbip { return try share(on: usbip) }
            let environment = ProcessInfo.processInfo.environment.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }
            let status = try reporting { () throws(BenchServerError) in
                let simulation = try makeSimulation()
                if verbose { Simulate.console.note("simulation: process \(getpid()) runs \(command[0])") }
                let status = try simulation.run(command, environment: environment)
                // It has been told already; the program's own failure goes before it.
                guard status == 0, let failure = simulation.recordFailure else { return status }
                return FailureClass(of: failure).rawValue
            }
            throw ExitCode(status)
        }

        private func share(on address: NetworkAddress) throws {
            let failure = try reporting { () throws(BenchServerError) in
                let simulation = try makeSimulation()
                try simulation.share(on: address, controlledAt: socket) { address in
                    Simulate.console.note("simulation: USB/IP on \(address)")
                    if !address.isLoopback {
                        Simulate.console.note("simulation: whoever reaches this address can take the probes")
                    }
                }
                return simulation.recordFailure
            }
            // It has been told already.
            if let failure { throw ExitCode(FailureClass(of: failure).rawValue) }
        }

        private func makeSimulation() throws(BenchServerError) -> Simulation {
            var options = Simulation.Options(
                probes: probe.map { $0.hasPrefix("sim:") ? String($0.dropFirst(4)) : $0 },
                files: ConfigurationLibrary(RunContext.current.paths).descriptionFiles)
            options.sharesNetwork = shareNetwork
            options.recordDirectory = record
            return try Simulation(options, clock: MonotonicTime()) {
                Simulate.console.note("simulation: \($0)")
            }
        }
    }

    static var console: Console { Console() }
}

extension NetworkAddress: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// Carries `work` out; what goes wrong is told, and ends the process with its class's exit code.
func reporting<Result>(_ work: () throws(BenchServerError) -> Result) throws -> Result {
    do throws(BenchServerError) { return try work() } catch {
        let failure = ErrorReport(error)
        Simulate.console.failure(failure)
        throw ExitCode(failure.failureClass.rawValue)
    }
}
