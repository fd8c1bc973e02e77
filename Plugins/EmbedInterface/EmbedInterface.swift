// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds `Documentation/openapi.yaml` into a target, as the Swift source `EmbeddedFiles.swift`.
///
/// The daemon is one file: what it serves of its own interface is in it.
@main
struct EmbedInterface: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let file = context.package.directoryURL.appending(path: "Documentation/openapi.yaml")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding the description of the station's interface",
                executable: try context.tool(named: "EmbedFiles").url,
                arguments: [output.path(), "openapi.yaml=\(file.path(percentEncoded: false))"],
                inputFiles: [file], outputFiles: [output])
        ]
    }
}
