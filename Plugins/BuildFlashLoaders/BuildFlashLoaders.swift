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
/// What lies in `Firmware/common` is no program but part of each program of Swift files. So is what lies in `Shared/` of the
/// target, which is part of the target itself, too, and of targets that it depends on: one source for what host and target
/// must agree on. A program that is no external loader (the target has no `loader.ld`) is an ELF file by name too.
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
        .filter { $0.lastPathComponent != Build.common }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let shared = try ([target] + Self.dependencies(of: target)).flatMap {
            try Build.sharedSources(of: $0)
        }
        let builds = try folders.map { try Build($0, in: firmware, sharing: shared, context) }
        let sources = context.package.directoryURL.appending(path: "Sources").path()
        guard target.directoryURL.path().hasPrefix(sources) else { return builds.map(\.command) }
        return [try embedding(builds, context)]
    }

    private static func dependencies(of target: any Target) -> [any Target] {
        target.dependencies.compactMap { dependency in
            if case .target(let other) = dependency { other } else { nil }
        }
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

    /// The folder of what all programs of Swift files share.
    static let common = "common"

    var command: Command {
        .buildCommand(
            displayName: "Building flash loader \(output.deletingPathExtension().lastPathComponent)",
            executable: compiler, arguments: arguments, inputFiles: inputs, outputFiles: [output])
    }

    init(_ folder: URL, in firmware: URL, sharing shared: [URL], _ context: PluginContext) throws {
        let common = firmware.appending(path: Self.common)
        let files = try (Self.files(in: folder) + Self.files(in: common))
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let own = files.filter { $0.pathExtension == "swift" }
        let swift = own.isEmpty ? [] : own + shared
        let modules = files.filter { $0.pathExtension == "modulemap" }
        let c = files.filter { $0.pathExtension == "c" }
        let isAlgorithm = c.contains { $0.lastPathComponent == "algorithm.c" }
        let script =
            files.first { $0.pathExtension == "ld" }
            ?? firmware.appending(path: isAlgorithm ? "algorithm.ld" : "loader.ld")
        let headers = files.filter { $0.pathExtension == "h" } + (try Self.sharedHeaders(in: firmware))
        let loaderScript = firmware.appending(path: "loader.ld")
        let isLoader = FileManager.default.fileExists(atPath: loaderScript.path())
        let kind = isAlgorithm ? "FLM" : isLoader ? "stldr" : "elf"
        output = context.pluginWorkDirectoryURL.appending(path: "\(folder.lastPathComponent).\(kind)")
        inputs = swift + c + headers + modules + [script]

        compiler = try context.tool(named: swift.isEmpty ? "clang" : "swiftc").url
        let toolchain = compiler.deletingLastPathComponent().deletingLastPathComponent()
        let cache = context.pluginWorkDirectoryURL.appending(path: "ModuleCache")
        let language =
            swift.isEmpty
            ? Self.cArguments(firmware: firmware) + (isAlgorithm ? ["-fropi", "-frwpi"] : [])
            : Self.swiftArguments(firmware: firmware, toolchain: toolchain, cache: cache)
                + Set(shared.map { Self.directory($0.deletingLastPathComponent()) }).sorted()
                .flatMap { ["-file-prefix-map", "\($0)=Shared"] }
                + modules.flatMap { ["-I", Self.directory($0.deletingLastPathComponent())] }
        arguments =
            language + (swift + c).map { $0.path() } + Self.linkArguments(script: script)
            + ["-o", output.path()]
    }

    /// Nothing where there is no such folder.
    private static func files(in folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path()) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }

    static func sharedSources(of target: any Target) throws -> [URL] {
        try files(in: target.directoryURL.appending(path: "Shared"))
            .filter { $0.pathExtension == "swift" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func sharedHeaders(in firmware: URL) throws -> [URL] {
        try files(in: firmware).filter { $0.pathExtension == "h" }.sorted {
            $0.lastPathComponent < $1.lastPathComponent
        }
    }

    private static func swiftArguments(firmware: URL, toolchain: URL, cache: URL) -> [String] {
        [
            "-target", "armv7em-none-none-eabi", "-enable-experimental-feature", "Embedded", "-swift-version",
            "6",
            "-wmo", "-parse-as-library", "-Osize", "-warnings-as-errors", "-module-name", "loader",
            // Symbols and lines for post-mortems, and no path that differs between machines.
            "-gline-tables-only", "-file-compilation-dir", ".", "-file-prefix-map",
            "\(directory(firmware))=.",
            // The headers' modules are named by a path in the build folder, and tell a post-mortem nothing.
            "-Xfrontend", "-no-clang-module-breadcrumbs",
            "-file-prefix-map", "\(directory(toolchain))=toolchain", "-module-cache-path", cache.path(),
            // Unused runtime functions are dropped one by one; there is no C library to call.
            "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-stack-protector",
            "-Xllvm", "-disable-loop-idiom-all",
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
