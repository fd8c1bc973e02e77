// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds each folder in a target's `Firmware/` into an ST external loader, or one with an `algorithm.c` into a CMSIS flash
/// algorithm.
///
/// What ships (below `Sources/`) is embedded in the program, as the Swift source `EmbeddedFiles.swift`; the loaders of a
/// test target are resources of it, files that a test can name.
///
/// A folder of Swift files is compiled as Embedded Swift, one of C files as freestanding C; both for the Cortex-M7, with
/// the compiler and linker of the Swift toolchain and nothing else. The result depends on the sources and the toolchain
/// alone: no path of the machine is in it.
@main
struct BuildFlashLoaders: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let firmware = target.directoryURL.appending(path: "Firmware")
        let folders = try FileManager.default.contentsOfDirectory(
            at: firmware, includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let builds = try folders.map { try Build($0, in: firmware, context) }
        let sources = context.package.directoryURL.appending(path: "Sources").path()
        guard target.directoryURL.path().hasPrefix(sources) else { return builds.map(\.command) }
        return [try embedding(builds, context)]
    }

    /// One command that makes every loader of `builds` and embeds it: a file between two commands would become a resource.
    private func embedding(_ builds: [Build], _ context: PluginContext) throws -> Command {
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        let commands = builds.flatMap { ["--", $0.compiler.path()] + $0.arguments }
        return .buildCommand(
            displayName: "Building and embedding flash loaders",
            executable: try context.tool(named: "EmbedFiles").url,
            arguments: [output.path()]
                + builds.map { "\($0.output.lastPathComponent)=\($0.output.path(percentEncoded: false))" }
                + commands,
            inputFiles: builds.flatMap(\.inputs), outputFiles: [output])
    }
}

/// How one loader is compiled and linked.
private struct Build {
    let compiler: URL
    let arguments: [String]
    let inputs: [URL]
    let output: URL

    var command: Command {
        .buildCommand(
            displayName: "Building flash loader \(output.deletingPathExtension().lastPathComponent)",
            executable: compiler, arguments: arguments, inputFiles: inputs, outputFiles: [output])
    }

    init(_ folder: URL, in firmware: URL, _ context: PluginContext) throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let swift = files.filter { $0.pathExtension == "swift" }
        let c = files.filter { $0.pathExtension == "c" }
        let isAlgorithm = c.contains { $0.lastPathComponent == "algorithm.c" }
        let script =
            files.first { $0.pathExtension == "ld" }
            ?? firmware.appending(path: isAlgorithm ? "algorithm.ld" : "loader.ld")
        let headers = files.filter { $0.pathExtension == "h" } + (try Self.sharedHeaders(in: firmware))
        output = context.pluginWorkDirectoryURL.appending(
            path: "\(folder.lastPathComponent).\(isAlgorithm ? "FLM" : "stldr")")
        inputs = swift + c + headers + [script]

        compiler = try context.tool(named: swift.isEmpty ? "clang" : "swiftc").url
        let toolchain = compiler.deletingLastPathComponent().deletingLastPathComponent()
        let cache = context.pluginWorkDirectoryURL.appending(path: "ModuleCache")
        let language =
            swift.isEmpty
            ? Self.cArguments(firmware: firmware) + (isAlgorithm ? ["-fropi", "-frwpi"] : [])
            : Self.swiftArguments(firmware: firmware, toolchain: toolchain, cache: cache)
        arguments =
            language + (swift + c).map { $0.path() } + Self.linkArguments(script: script)
            + ["-o", output.path()]
    }

    private static func sharedHeaders(in firmware: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: firmware, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "h" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func swiftArguments(firmware: URL, toolchain: URL, cache: URL) -> [String] {
        [
            "-target", "armv7em-none-none-eabi", "-enable-experimental-feature", "Embedded", "-swift-version",
            "6",
            "-wmo", "-parse-as-library", "-Osize", "-warnings-as-errors", "-module-name", "loader",
            // Symbols and lines for post-mortems, and no path that differs between machines.
            "-gline-tables-only", "-file-compilation-dir", ".", "-file-prefix-map",
            "\(directory(firmware))=.",
            "-file-prefix-map", "\(directory(toolchain))=toolchain", "-module-cache-path", cache.path(),
            // Unused runtime functions are dropped one by one; there is no C library to call.
            "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-stack-protector",
            "-Xcc", "-mcpu=cortex-m7", "-Xcc", "-mfloat-abi=soft",
            "-use-ld=lld", "-nostartfiles", "-Xclang-linker", "-nostdlib",
        ]
    }

    private static func cArguments(firmware: URL) -> [String] {
        [
            "--target=armv7em-none-eabi", "-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=softfp",
            "-std=c11",
            "-ffreestanding", "-fno-builtin", "-Os", "-Wall", "-Wextra", "-Werror",
            "-I\(directory(firmware))",
            "-gline-tables-only", "-ffile-compilation-dir=.", "-ffile-prefix-map=\(directory(firmware))=.",
            "-ffunction-sections", "-fdata-sections", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
            "-fuse-ld=lld", "-nostdlib", "-nostartfiles",
            // Loaders in the wild put StorageInfo on top of other sections; so may those that imitate them.
            "-Xlinker", "--no-check-sections",
        ]
    }

    private static func linkArguments(script: URL) -> [String] {
        ["-T", script.path(), "--gc-sections", "-z", "max-page-size=4", "--build-id=none"].flatMap {
            ["-Xlinker", $0]
        }
    }

    private static func directory(_ url: URL) -> String {
        let path = url.path()
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
