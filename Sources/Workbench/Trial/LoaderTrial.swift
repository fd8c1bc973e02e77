// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import FlashLoader
import HardwareDescription
import TargetControl

/// Runs a loader on a simulated board as a host would, and looks at what no host sees.
struct LoaderTrial {
    let file: LoaderFile
    let board: LoaderCatalog.Board
    let context: JobContext
    /// As a simulated probe's `board`: a name or a file.
    let boardName: String
    /// What the board file says, where it is no file yet.
    var boardText: String?
    /// No call may take longer; nil for no such limit.
    var longestCall: Duration?

    /// What an Init did on a board that shows no flash.
    struct Observation {
        /// In their order.
        var settings: [RegisterWrite] = []
        /// How often each register was written.
        var registers: [UInt32: Int] = [:]
        /// What the controller was told to send.
        var opcodes: [UInt8] = []
        var failure: LoaderError?
    }

    /// What the flash holds before: nothing erased, nothing that repeats soon.
    private static let used: [UInt8] = {
        var random = SeededGenerator(seed: 11)
        return (0..<1 << 18).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }()

    /// Both layouts, cold and after an application that read the flash through the memory map; up to a cold run that fails
    /// in the layout which gives a loader most.
    func report() throws(WorkbenchError) -> TrialReport {
        var report = TrialReport(
            board: boardText == nil ? board.definition.name : "the board inferred from Init")
        let layouts: [LoaderLayout.Style] = file.abi.format == .st ? [.spacious, .vendor] : [.spacious]
        for layout in layouts {
            for before in ["none", "mapped"] {
                let run = try run(layout, after: before)
                report.runs.append(run)
                if run.failure != nil, layout == .spacious { return report }
            }
        }
        return report
    }

    /// Everything but mass erase, once, in the layout which gives a loader most.
    func essentials() throws(WorkbenchError) -> TrialReport.Run {
        try run(.spacious, after: "none", .essentials)
    }

    /// What Init writes, whatever becomes of it, and other functions where `isEnough` says that something is missing.
    func observe(
        until isEnough: ([RegisterWrite]) -> Bool = { _ in true }
    ) throws(WorkbenchError) -> Observation {
        try onBench(.spacious, after: "none", board: nil) { loader, host in
            var seen = Observation()
            do throws(LoaderError) {
                let loader = try loader.get()
                host.watch()
                try loader.initialize()
                for function in Self.others where !isEnough(host.settings) {
                    // What comes of it does not matter: there is no flash.
                    do throws(LoaderError) { try function(loader) } catch { continue }
                }
            } catch { seen.failure = error }
            seen.settings = host.settings
            seen.registers = host.registers.mapValues(\.count)
            for (word, _) in host.commands where !seen.opcodes.contains(UInt8(truncatingIfNeeded: word)) {
                seen.opcodes.append(UInt8(truncatingIfNeeded: word))
            }
            return seen
        }
    }

    /// Functions that may set up what Init did not.
    private static var others: [(LoadedLoader) throws(LoaderError) -> Void] {
        [
            { (loader) throws(LoaderError) in _ = try loader.read(4, at: loader.flash.startAddress) },
            { (loader) throws(LoaderError) in
                try loader.write([1, 2, 3, 4], at: loader.flash.startAddress)
            },
            { (loader) throws(LoaderError) in
                let start = loader.flash.startAddress
                try loader.eraseSectors(from: start, through: start, isCancelled: { false })
            },
        ]
    }

    private func run(
        _ layout: LoaderLayout.Style, after application: String, _ scope: TrialSession.Scope = .everything
    ) throws(WorkbenchError) -> TrialReport.Run {
        try onBench(layout, after: application, board: board.definition) { loader, host in
            var run = TrialReport.Run(layout: layout.rawValue, before: application)
            do throws(LoaderError) {
                var session = TrialSession(loader: try loader.get(), host: host, used: Self.used)
                session.perform(scope, cancellation: context.cancellation)
                run.steps = session.steps
                session.describe(&run)
            } catch { run.steps.append(.failed("load", error)) }
            return run
        }
    }

    /// `board`: what is held against what is found; nil: nothing.
    private func onBench<Outcome>(
        _ layout: LoaderLayout.Style, after application: String, board expected: BoardDefinition?,
        _ body: (Result<LoadedLoader, LoaderError>, TrialHost) -> Outcome
    ) throws(WorkbenchError) -> Outcome {
        // Made, used and let go on this thread.
        nonisolated(unsafe) let host = try TrialHost(
            "stlink-v3,board=\(boardName),app=\(application)", flash: Self.used, board: boardText,
            context.request.paths)
        var request = context.request
        request.probe = .simulated("trial")
        (request.board, request.layout) = (boardName, layout)
        let trial = JobContext(
            request: request, observer: .none, cancellation: context.cancellation, keeper: ProbeKeeper(),
            openHost: { _ in host })
        return try trial.withStack { stack throws(WorkbenchError) in
            let target = try stack.takeHold(of: board)
            var options = LoaderOptions(layout: layout, board: expected)
            if expected != nil { options.chips = try LoaderCatalog(request).chips(of: board) }
            options.longestCall = longestCall
            let loaded = Result { () throws(LoaderError) in
                try LoadedLoader(file, on: target, options: options)
            }
            return body(loaded, host)
        }
    }
}

extension TrialReport.Step {
    static func passed(_ name: String) -> TrialReport.Step { .init(name: name, outcome: .passed) }
    static func skipped(_ name: String, _ why: String) -> TrialReport.Step {
        .init(name: name, outcome: .skipped, text: why)
    }
    static func failed(_ name: String, _ error: LoaderError) -> TrialReport.Step {
        let report = ErrorReport(error)
        return .init(
            name: name, outcome: .failed, text: report.summary, code: report.code, remedies: report.remedies)
    }
    static func failed(_ name: String, _ problem: TrialProblem) -> TrialReport.Step {
        .init(
            name: name, outcome: .failed, text: problem.text, code: problem.code, remedies: [problem.remedy])
    }
}

/// What the simulated board shows, whatever the loader says of it.
enum TrialProblem: Hashable {
    case readsWrong(UInt32)
    case erasesTooLittle(UInt32)
    case erasesTooMuch(UInt32)
    case writesWrong(UInt32)
    case verifyIsBlind(UInt32)
    case changesForeignMemory(UInt32)

    var code: String {
        switch self {
        case .readsWrong: "TRL-001"
        case .erasesTooLittle: "TRL-002"
        case .erasesTooMuch: "TRL-003"
        case .writesWrong: "TRL-004"
        case .verifyIsBlind: "TRL-005"
        case .changesForeignMemory: "TRL-006"
        }
    }
    var text: String {
        switch self {
        case .readsWrong(let address): "what is read at \(address.hex) is not what the flash holds"
        case .erasesTooLittle(let address):
            "\(address.hex) is not erased, although the erase said that it was done"
        case .erasesTooMuch(let address): "\(address.hex) was erased as well, which was not asked for"
        case .writesWrong(let address):
            "\(address.hex) does not hold what was written, although the write said so"
        case .verifyIsBlind(let value): "Verify returns \(value.hex) for equal data and for data that differ"
        case .changesForeignMemory(let address):
            "RAM at \(address.hex) was changed, which is not the loader's"
        }
    }
    var remedy: String {
        switch self {
        case .readsWrong:
            "compare instruction, dummy clocks and lines of Read with the flash's data sheet, and QE"
        case .erasesTooLittle: "wait until the flash is no longer busy, and look whether it took the command"
        case .erasesTooMuch: "treat the end of SectorErase as inclusive, and sectors as StorageInfo has them"
        case .writesWrong:
            "send write enable before each page, split at pages, and wait until the flash is ready"
        case .verifyIsBlind: "compare what the flash holds with the buffer"
        case .changesForeignMemory: "keep everything in the loader's own sections"
        }
    }
}
