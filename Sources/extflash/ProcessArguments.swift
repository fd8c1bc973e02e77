// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Foundation

/// What this process was started with, without its own name; also where /proc is not mounted.
enum ProcessArguments {
    static var current: [String] {
        guard let arguments = shim_arguments() else { return Array(CommandLine.arguments.dropFirst()) }
        var texts: [String] = []
        var index = 0
        while let argument = arguments[index] {
            texts.append(String(cString: argument))
            index += 1
        }
        return Array(texts.dropFirst())
    }

    /// The file of this program; without /proc, what it was called as, when that is a path.
    static var program: String? {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            return path
        }
        guard let arguments = shim_arguments(), let name = arguments[0].map({ String(cString: $0) }),
            name.contains("/")
        else { return nil }
        return URL(filePath: name).resolvingSymlinksInPath().path
    }
}
