// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription

extension WorkbenchClient {
    /// Looks in a loader's file for what will go wrong; needs no probe.
    package func checkLoader(_ path: String) async throws(WorkbenchError) -> LoaderCheckReport {
        try await onBench { context throws(WorkbenchError) in
            let catalog = LoaderCatalog(context.request)
            let file = try catalog.file(named: path)
            let board = context.request.board == nil ? nil : try catalog.board()
            let target = try Self.target(for: file, board, context.request)
            let chip = try catalog.chip(of: board)
            let findings = LoaderLint.findings(file, target: target, chip: chip)
            return LoaderCheckReport(
                path, file, target: target, board: board?.definition, layout: context.request.layout,
                findings: findings)
        }
    }

    /// The target that was named, else the board's, else the first whose RAM the loader is linked to.
    private static func target(
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
    /// The chip of a board's first bank; two that work as one memory as one of twice the size.
    func chip(of board: Board?) throws(WorkbenchError) -> FlashChipDefinition? {
        guard let board, let name = board.definition.banks.first?.flash,
            let chip = try chips(of: board).named(name)
        else { return nil }
        return board.definition.mode == .dual ? chip.paired : chip
    }
}
