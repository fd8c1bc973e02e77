// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds the files of a target's folder `Web/Page` into it, as the Swift source `EmbeddedFiles.swift`.
///
/// The daemon is one file: what it serves to a browser is in it.
@main
struct EmbedPage: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "Web/Page")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil
        )
        .filter { ["html", "css", "js", "svg"].contains($0.pathExtension) }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding the station's page",
                executable: try context.tool(named: "EmbedFiles").url,
                arguments: [output.path()]
                    + files.map { "\($0.lastPathComponent)=\($0.path(percentEncoded: false))" },
                inputFiles: files, outputFiles: [output])
        ]
    }
}
