// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds the package's `Config/` into a target, as the Swift source `EmbeddedFiles.swift`.
///
/// `Config/boards/x.yaml` becomes the file `boards/x.yaml`. The target has a link to `Config/` among its sources: SwiftPM
/// asks plugins anew only when a file comes to or goes from the folders of targets.
@main
struct EmbedConfiguration: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let configuration = context.package.directoryURL.appending(path: "Config")
        let folders = try FileManager.default.contentsOfDirectory(
            at: configuration, includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let files = try folders.flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
                .map { folder.appending(path: $0) }
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding the shipped configuration",
                executable: try context.tool(named: "EmbedFiles").url,
                arguments: [output.path()]
                    + folders.map { "\($0.lastPathComponent)=\($0.path(percentEncoded: false))" },
                inputFiles: files.filter { $0.pathExtension == "yaml" },
                outputFiles: [output])
        ]
    }
}
