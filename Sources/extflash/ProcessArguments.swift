// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim

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
}
