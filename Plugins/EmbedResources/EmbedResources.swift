// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds files of the package into a target, as the Swift source `EmbeddedFiles.swift`: each program is one file.
@main
struct EmbedResources: BuildToolPlugin {
    struct UnknownTarget: Error { let name: String }

    /// A file, or a folder whose `.yaml` files are called NAME/FILE.
    private struct Resource {
        let name: String
        let url: URL
        init(_ url: URL) { (name, self.url) = (url.lastPathComponent, url) }
    }

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let resources = try resources(of: target, in: context.package.directoryURL)
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding what \(target.name) carries",
                executable: try context.tool(named: "EmbedFiles").url,
                arguments: [output.path()]
                    + resources.map { "\($0.name)=\($0.url.path(percentEncoded: false))" },
                inputFiles: try resources.flatMap { try Self.files(of: $0.url) }, outputFiles: [output])
        ]
    }

    private func resources(of target: any Target, in package: URL) throws -> [Resource] {
        switch target.name {
        // The shipped configuration: `Config/boards/x.yaml` becomes `boards/x.yaml`. The target has a link to `Config/` among its
        // sources: SwiftPM asks plugins anew only when a file comes to or goes from the folders of targets.
        case "ShippedConfiguration":
            try Self.contents(of: package.appending(path: "Config"))
                .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
                .map(Resource.init)
        // What the station says of its own interface.
        case "StationInterface": [Resource(package.appending(path: "Documentation/openapi.yaml"))]
        // The station's page.
        case "StationServer":
            try Self.contents(of: target.directoryURL.appending(path: "Web/Page"))
                .filter { ["html", "css", "js", "svg"].contains($0.pathExtension) }.map(Resource.init)
        default: throw UnknownTarget(name: target.name)
        }
    }

    private static func contents(of folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.isDirectoryKey]
        ).sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func files(of url: URL) throws -> [URL] {
        guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else { return [url] }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path(percentEncoded: false))
            .map { url.appending(path: $0) }.filter { $0.pathExtension == "yaml" }
    }
}
