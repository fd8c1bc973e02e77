// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashAgent
import FlashController
import FlashLoader
import FlashProgramming
import HardwareDescription
import TargetControl

/// A held target with a loader on it: everything a flash job works with.
final class FlashBench {
    let stack: BenchStack
    let target: HeldTarget
    /// What is held against what is found.
    let board: LoaderCatalog.Board?
    let loader: LoadedLoader
    let engine: any FlashEngine
    let programmer: FlashProgrammer

    /// Takes hold of the target, loads the loader and initialises the flash.
    init(on stack: BenchStack) throws(WorkbenchError) {
        self.stack = stack
        let context = stack.context
        let catalog = LoaderCatalog(context.request, observer: context.observer)
        let board = try catalog.board()
        // What can go wrong with files goes wrong before the board is touched.
        let known = catalog.needsLook(at: board) ? nil : try catalog.file(for: board)
        self.board = board
        target = try stack.takeHold(of: board)
        // A target that was named wins over the board's.
        if context.request.target == nil, let board { try Self.check(board, isFor: target) }
        let file: LoaderFile
        if let known {
            file = known
        } else {
            file = try catalog.file(for: board, fitted: Self.chip(of: board, on: target, stack))
        }
        try Self.check(file, serves: target.definition)
        let target = target
        let options = LoaderOptions(
            layout: context.request.layout, board: board?.definition, chips: try catalog.chips(of: board))
        loader = try doing("loading \(file.fileName)") { () throws(LoaderError) in
            try LoadedLoader(file, on: target, options: options)
        }
        let loader = loader
        try doing("initialising the flash") { () throws(LoaderError) in try loader.initialize() }
        engine = try context.request.engine.engine(
            for: loader, isOurs: catalog.isLoaderOurs(of: board), context.trace)
        programmer = FlashProgrammer(
            engine: engine, times: loader.chip.map(FlashTimes.init), timebase: stack.time,
            trace: context.trace)
    }

    /// The chip that answers the debugger on a board whose file names none; two that work as one memory must be alike.
    private static func chip(
        of board: LoaderCatalog.Board?, on target: HeldTarget, _ stack: BenchStack
    ) throws(WorkbenchError) -> FlashChipDefinition? {
        guard let board else { return nil }
        let catalog = LoaderCatalog(stack.context.request, observer: stack.context.observer)
        let found = try target.inspection(of: board.definition, try catalog.chips(of: board), stack.time)
        return try doing("making a loader for \(board.definition.name)") { () throws(BoardLoaderError) in
            let ids = Set(found.chips.map(\.id))
            guard ids.count <= 1 else {
                throw .unlikeFlashes(
                    board: board.definition.name,
                    found.chips.map { chip in chip.id.map(\.hex).joined(separator: " ") })
            }
            guard let chip = found.fittedChip(expecting: found.usualPart),
                found.chips.count == found.banks.count
            else {
                throw .flashUnknown(board: board.definition.name)
            }
            if found.chips.first?.candidates.isEmpty == true {
                stack.context.trace(
                    .warning, "no file describes the flash; its loader is made from what it says of itself",
                    [
                        "flash": found.chips.map { $0.id.map(\.hex).joined(separator: " ") }.joined(
                            separator: ", ")
                    ])
            }
            return chip
        }
    }

    static func check(
        _ board: LoaderCatalog.Board, isFor target: HeldTarget
    ) throws(WorkbenchError) {
        guard target.definition.name == board.definition.target else {
            throw .boardForOtherTarget(
                board: board.definition.name, target: board.definition.target,
                found: target.definition.name)
        }
    }

    static func check(
        _ file: LoaderFile, serves definition: TargetDefinition
    ) throws(WorkbenchError) {
        guard definition.mappedFlash.contains(file.flash.startAddress) else {
            throw .loaderBelongsElsewhere(
                loader: file.fileName, loaderStart: file.flash.startAddress, flash: definition.mappedFlash
            )
        }
    }

    var monitor: FlashMonitor {
        FlashMonitor(
            cancellation: stack.context.cancellation, progress: stack.context.observer.progress)
    }

    /// The range a person typed, or everything.
    func extent(_ text: String?) throws(WorkbenchError) -> FlashExtent {
        guard let text else { return .all }
        return .ranges([try Self.range(text)])
    }

    static func range(_ text: String) throws(WorkbenchError) -> AddressRange {
        do { return try AddressRange(parsing: text) } catch { throw .badRange(error) }
    }
}

extension BenchStack {
    /// What `report` says about time, with the totals of the whole job.
    func timing(_ report: FlashReport?) -> Timing {
        Timing(
            clock: host.clock, totalSeconds: (time.now - started).reportedSeconds,
            phases: (report?.phases ?? []).map {
                Timing.Phase(
                    name: $0.phase.rawValue, bytes: UInt64(max(0, $0.bytes)),
                    seconds: $0.duration.reportedSeconds)
            },
            link: link)
    }
}

extension HeldTarget {
    /// What the debugger finds on a board with clocks and pins set up as its file says.
    func inspection(
        of board: BoardDefinition, _ chips: ChipCatalog, _ time: any Timebase
    ) throws(WorkbenchError) -> FlashInspection {
        let controller = QuadSPIController(memory: memory, timebase: time, target: definition)
        let inspector = FlashInspector(controller, board: board, catalog: chips)
        let found = try doing("asking the flash for its identity") { () throws(FlashControllerError) in
            try inspector.inspect(setUpBy: board)
        }
        if !found.isAsFound { disturb() }
        return found
    }
}

extension FlashInspection {
    /// Of several parts that the flash may be the one that has the others as its variants.
    fileprivate var usualPart: FlashChipDefinition? {
        let candidates = chips.first?.candidates ?? []
        return candidates.first { part in
            candidates.allSatisfy { $0.name == part.name || part.variants.contains($0.name) }
        }
    }
}
