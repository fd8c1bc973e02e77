// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import PackagePlugin

/// Builds each folder in a target's `Firmware/` into an ST external loader, a resource of the target.
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
        return try folders.map { try command(for: $0, in: firmware, context) }
    }

    private func command(for folder: URL, in firmware: URL, _ context: PluginContext) throws -> Command {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let swift = files.filter { $0.pathExtension == "swift" }
        let c = files.filter { $0.pathExtension == "c" }
        let script = files.first { $0.pathExtension == "ld" } ?? firmware.appending(path: "loader.ld")
        let headers = files.filter { $0.pathExtension == "h" } + (try sharedHeaders(in: firmware))
        let name = folder.lastPathComponent
        let output = context.pluginWorkDirectoryURL.appending(path: "\(name).stldr")

        let compiler = try context.tool(named: swift.isEmpty ? "clang" : "swiftc").url
        let toolchain = compiler.deletingLastPathComponent().deletingLastPathComponent()
        let cache = context.pluginWorkDirectoryURL.appending(path: "ModuleCache")
        let arguments =
            swift.isEmpty
            ? cArguments(firmware: firmware)
            : swiftArguments(firmware: firmware, toolchain: toolchain, cache: cache)
        return .buildCommand(
            displayName: "Building flash loader \(name)", executable: compiler,
            arguments: arguments + (swift + c).map { $0.path() }
                + linkArguments(script: script) + ["-o", output.path()],
            inputFiles: swift + c + headers + [script], outputFiles: [output])
    }

    private func sharedHeaders(in firmware: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: firmware, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "h" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private func swiftArguments(firmware: URL, toolchain: URL, cache: URL) -> [String] {
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

    private func cArguments(firmware: URL) -> [String] {
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

    private func linkArguments(script: URL) -> [String] {
        ["-T", script.path(), "--gc-sections", "-z", "max-page-size=4", "--build-id=none"].flatMap {
            ["-Xlinker", $0]
        }
    }

    private func directory(_ url: URL) -> String {
        let path = url.path()
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
