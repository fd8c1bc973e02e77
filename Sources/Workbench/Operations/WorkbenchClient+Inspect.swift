// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import HardwareDescription

extension WorkbenchClient {
    /// What a loader file says, and what a job would refuse of it; needs no probe.
    package func inspectLoader(_ path: String) async throws(WorkbenchError) -> LoaderReport {
        try await onBench { context throws(WorkbenchError) in
            let catalog = LoaderCatalog(context.request)
            let file = try catalog.file(named: path)
            let board = context.request.board == nil ? nil : try catalog.board()
            let findings = LoaderLint.findings(
                file, target: try Self.target(for: file, board, context.request),
                chip: try catalog.chip(of: board))
            return LoaderReport(
                file, path: path, findings: findings, failure: try obstacle(to: file, for: context.request))
        }
    }
}

/// Why no job could use the loader; nil when one could.
private func obstacle(
    to file: LoaderFile, for request: BenchRequest
) throws(WorkbenchError) -> WorkbenchError? {
    do throws(FlashError) { _ = try FlashGeometry(file.flash) } catch {
        return .step("reading the loader's description of its flash", error)
    }
    var request = request
    if request.target == nil, request.board != nil {
        request.target = try LoaderCatalog(request).board()?.definition.target
    }
    let targets = try TargetCatalog(request).candidates()
    var first: WorkbenchError?
    for target in targets {
        guard let failure = obstacle(to: file, on: target, request.layout) else { return nil }
        first = first ?? failure
    }
    return first
}

private func obstacle(
    to file: LoaderFile, on target: TargetDefinition, _ style: LoaderLayout.Style
) -> WorkbenchError? {
    do throws(WorkbenchError) {
        try FlashBench.check(file, serves: target)
        try doing("finding room for the loader in the RAM of \(target.name)") { () throws(LoaderError) in
            _ = try LoaderLayout.place(file, in: target.loaderRAM(for: file.program), style: style)
        }
        return nil
    } catch {
        return error
    }
}
