// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription

extension WorkbenchClient {
    /// Looks in a loader's file for what will go wrong; needs no probe.
    ///
    /// With `tries` it is run on a simulated board as well, where nothing it says of the RAM keeps it from that.
    package func checkLoader(
        _ path: String, tries: Bool
    ) async throws(WorkbenchError) -> LoaderCheckReport {
        try await onBench { context throws(WorkbenchError) in
            let catalog = LoaderCatalog(context.request)
            let file = try catalog.file(named: path)
            let board = context.request.board == nil ? nil : try catalog.board()
            let target = try Self.target(for: file, board, context.request)
            let chip = try catalog.chip(of: board)
            let findings = LoaderLint.findings(file, target: target, chip: chip)
            let inferred = tries && board == nil ? try Self.inferredBoard(of: file, context) : nil
            let trial = tries ? try Self.trial(of: file, on: board, inferred, catalog, context) : nil
            return LoaderCheckReport(
                path, file, target: target, board: board?.definition, layout: context.request.layout,
                findings: findings, inferred: inferred, trial: trial)
        }
    }

    /// Nil where Init shows none.
    private static func inferredBoard(
        of file: LoaderFile, _ context: JobContext
    ) throws(WorkbenchError) -> InferredBoard? {
        do throws(WorkbenchError) { return try BoardInference(file, context).board() } catch {
            // The trial on some other board then shows how far it comes.
            guard case .step(_, is InferenceError) = error else { throw error }
            return nil
        }
    }

    /// On the board that was named, else the one that was inferred, else one with a flash of this size: it shows what the
    /// loader wanted.
    private static func trial(
        of file: LoaderFile, on board: LoaderCatalog.Board?, _ inferred: InferredBoard?,
        _ catalog: LoaderCatalog, _ context: JobContext
    ) throws(WorkbenchError) -> TrialReport? {
        if let board, let name = context.request.board {
            return try LoaderTrial(file: file, board: board, context: context, boardName: name).report()
        }
        if let inferred {
            return try LoaderTrial(
                file: file, board: inferred.board, context: context, boardName: TrialHost.inferredBoard,
                boardText: inferred.text(loader: nil)
            ).report()
        }
        guard let other = try catalog.boards(withFlashOf: file.flash.size).first else { return nil }
        return try LoaderTrial(
            file: file, board: other, context: context, boardName: other.entry.name
        ).report()
    }

    /// The target that was named, else the board's, else the first whose RAM the loader is linked to.
    static func target(
        for file: LoaderFile, _ board: LoaderCatalog.Board?, _ request: BenchRequest
    ) throws(WorkbenchError) -> TargetDefinition {
        var request = request
        if request.target == nil { request.target = board?.definition.target }
        let targets = try TargetCatalog(request).candidates()
        let fitting = targets.first { target in
            file.program.isPositionIndependent
                || file.program.pieces.allSatisfy { target.loaderRAM(for: file.program).contains($0.address) }
        }
        return fitting ?? targets[0]
    }
}

extension LoaderCatalog {
    /// The boards that are known, first those whose flash has this many bytes; the others are left out where there are any.
    func boards(withFlashOf size: UInt32) throws(WorkbenchError) -> [Board] {
        let known = try allBoards()
        var fitting: [Board] = []
        for board in known {
            if try chip(of: board)?.size == size { fitting.append(board) }
        }
        return fitting.isEmpty ? known : fitting
    }

    /// The chip of a board's first bank; two that work as one memory as one of twice the size.
    func chip(of board: Board?) throws(WorkbenchError) -> FlashChipDefinition? {
        guard let board, let name = board.definition.banks.first?.flash,
            let chip = try chips(of: board).named(name)
        else { return nil }
        return board.definition.mode == .dual ? chip.paired : chip
    }
}
