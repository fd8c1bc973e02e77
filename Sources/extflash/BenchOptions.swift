// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import TargetControl
import Workbench

/// Options every command that touches a bench understands.
struct BenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The probe: a serial number, VID:PID, bus path, or sim:KIND[,OPTION=VALUE…].",
            discussion: """
                Simulated kinds: stlink-v2, stlink-v2-1, stlink-v3, cmsis-dap-v1, cmsis-dap-v2. Options: board=NAME|FILE \
                is the board (see `extflash board list`), flash=NAME[:bankN] puts another flash part on it, part=P \
                another microcontroller; state=DIR keeps the simulated flash between commands, app=A says what ran \
                before we came, times=typ|max|random|short chooses the flash's busy times, fault=F[:bankN] breaks the \
                flash, seed=N; further: firmware=V, power=off, wire-limit=HZ, usb-fault=N:F, \
                line=SIGNAL:F[:bankN] breaks a trace to the flash, dap=F the debug port, ram=ADDRESS:BIT the RAM, \
                link=pessimistic slows the probe down to the best rates that were published.
                """,
            valueName: "selector"))
    var probe: [String] = []

    @Option(help: "The target definition, by name or file.", completion: .names(.targets))
    var target: String?

    @Option(
        help: "Highest SWD clock, e.g. 4000k, 24M (default: the fastest the target allows).",
        transform: Self.frequency)
    var speed: Hertz?

    @Option(help: "How to take hold of the target: normal, under-reset or hot (running, not halted).")
    var connect: ConnectMode = .normal

    @Option(help: "Progress on standard error: auto (a bar on a terminal), plain (lines) or none.")
    var progress: Console.ProgressStyle = .auto

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @Flag(
        name: .shortAndLong, help: "Tell each step; twice: each access; three times: the bytes on the wire.")
    var verbose: Int

    var console: Console { Console(isJSON: json, progress: progress, verbosity: verbose) }

    func validate() throws {
        guard probe.count <= 1 else { throw ValidationError("--probe is given twice") }
        if probe.first?.isEmpty == true {
            throw ValidationError("--probe is empty; leave it out to take the only probe")
        }
    }

    func request(_ loader: LoaderOptions? = nil) -> BenchRequest {
        var request = BenchRequest(
            probe: ProbeSelector(parsing: probe.first), paths: RunContext.current.paths)
        request.target = target
        if let loader { loader.apply(to: &request) }
        (request.connect, request.speed) = (connect, speed)
        return request
    }

    private static func frequency(_ text: String) throws -> Hertz {
        guard let clock = Hertz(parsing: text) else {
            throw ValidationError("expected a frequency such as 4000k, 4M or 1800000")
        }
        return clock
    }
}

/// Options of the commands that run a loader.
struct LoaderOptions: ParsableArguments {
    @Option(
        help:
            "The board, by name or file: names target, flash and loader (default: the only one with a loader).",
        completion: .boards)
    var board: String?

    @Option(
        help: ArgumentHelp(
            "A loader (.stldr or .FLM), by file or name, instead of the board's own or one made for it.",
            discussion: "PACK or PACK:PATH is one in a CMSIS pack; see `extflash loader list`."),
        completion: .file(extensions: ["stldr", "FLM", "pack"]))
    var loader: String?

    @Option(
        help: ArgumentHelp(
            "Where the loader's stack and buffers go: spacious, or vendor to see why a loader fails elsewhere.",
            discussion: "vendor is ST's way: 1 KiB of stack directly behind the loader, .bss not cleared."))
    var layout: LoaderLayout.Style = .spacious

    @Option(
        help: ArgumentHelp(
            "What works on the flash after the loader's Init: auto, agent or loader.",
            discussion: """
                The agent is code of extflash's own that takes the flash over from the loader and works at the flash's own \
                speed; auto uses it wherever it can. loader calls the loader's own functions alone.
                """))
    var engine: EngineChoice = .auto

    func apply(to request: inout BenchRequest) {
        (request.board, request.loader, request.layout) = (board, loader, layout)
        request.engine = engine
    }

    /// What every command that runs a loader does to an application, for the commands' help.
    static let note = """
        The loader runs in the target's RAM, over what an application has there: one that was running is reset at the \
        end and starts anew.
        """
}

extension LoaderLayout.Style: ExpressibleByArgument {}
extension ConnectMode: ExpressibleByArgument {}
extension EngineChoice: ExpressibleByArgument {}
extension Console.ProgressStyle: ExpressibleByArgument {}

extension Hertz {
    /// `4000k`, `1.8M`, `24MHz`, `100000`; nil when it is no frequency from 1 Hz to 4 GHz.
    init?(parsing text: String) {
        guard let match = text.lowercased().wholeMatch(of: /([0-9]{1,10}(?:\.[0-9]{1,6})?)\s*([km]?)(?:hz)?/),
            let number = Double(match.1)
        else { return nil }
        let scale: Double =
            switch match.2 {
            case "k": 1_000
            case "m": 1_000_000
            default: 1
            }
        let value = (number * scale).rounded()
        guard value >= 1, value <= Double(UInt32.max) else { return nil }
        self.init(UInt32(value))
    }
}
