// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension WorkbenchClient {
    /// Writes the board file of a loader, by what its Init does on the simulated bench; needs no probe.
    ///
    /// With `output` it goes there, and the board is called as that file is.
    package func inferBoard(
        of path: String, output: String?
    ) async throws(WorkbenchError) -> InferenceReport {
        try await onBench { context throws(WorkbenchError) in
            let file = try LoaderCatalog(context.request).file(named: path)
            let destination =
                if let output {
                    try OutputFile(output, isText: true, cancellation: context.cancellation)
                } else {
                    OutputFile?.none
                }
            let name = output.flatMap { ConfigurationKind.boards.stem(of: Self.fileName(of: $0)) }
            let inferred = try BoardInference(
                file, context, name: name.map(InferredBoardText.boardName)
            ).board()
            let text = inferred.text(
                loader: try Self.reference(to: path, from: output, context.request))
            try destination?.write(Array(text.utf8))
            return InferenceReport(
                loader: path, board: InferredBoardFacts(inferred), text: text, file: output)
        }
    }

    private static func fileName(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// How a board file names the loader: by the name it is in force under, else by its path.
    private static func reference(
        to path: String, from output: String?, _ request: BenchRequest
    ) throws(WorkbenchError) -> String? {
        // Board files name files only.
        guard PackFile(path) == nil else { return nil }
        let entry = try ConfigurationLibrary(request.paths).entry(.loaders, path)
        guard path.contains("/") || HostFile.exists(path) else { return entry.fileName }
        if let output, folder(of: output) == folder(of: path) { return "./" + fileName(of: path) }
        return LinkedPath.real(path) ?? path
    }
}
