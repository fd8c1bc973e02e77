// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashAgent
import FlashLoader
import HardwareDescription

extension WorkbenchClient {
    /// Writes a loader made from the files of the request's board and its flash; needs no probe.
    ///
    /// What is written was read again as any loader's file is.
    package func exportLoader(_ request: ExportRequest) async throws(WorkbenchError) -> LoaderExportReport {
        try await onBench { context throws(WorkbenchError) in
            guard let format = request.format ?? LoaderFormat(fileName: request.path) else {
                throw .formatUnknown(path: request.path, known: LoaderFormat.suffixList)
            }
            let catalog = LoaderCatalog(context.request)
            guard let board = try catalog.board() else {
                preconditionFailure("without a loader there is a board")
            }
            var fitted: FlashChipDefinition?
            if let name = request.flash { fitted = try catalog.chip(called: name) }
            let loader = try catalog.loader(for: board, fitted: fitted)
            let name = request.loaderName ?? board.definition.name
            let bytes = try catalog.bytes(of: loader, format, named: name)
            let made = try doing("reading the loader made for \(board.definition.name)") {
                () throws(LoaderFileError) in try LoaderFile(reading: bytes, fileName: request.path)
            }
            let output = try OutputFile(request.path, isText: false, cancellation: context.cancellation)
            try output.write(bytes)
            return LoaderExportReport(
                made, path: request.path, board: board.definition, flash: loader.chip.title)
        }
    }
}
