// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

@Suite struct `File habits` {
    /// One concept per file; near 200 lines, never more than this.
    private static let mostLines = 400

    @Test func `every Swift file starts with its licence`() throws {
        for file in try SourceTree.swiftFiles() {
            #expect(file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"), "\(file.path)")
        }
    }

    @Test func `no source file grows beyond its limit`() throws {
        for file in try SourceTree.swiftFiles() {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= Self.mostLines, "\(file.path) has \(lines) lines")
        }
    }

    /// Plugins are asked anew only when a file comes to or goes from the folders of targets: without the link, a build
    /// after a file of `Config/` was deleted stops.
    @Test func `the shipped configuration is among the sources of its target`() throws {
        let link = SourceTree.root.appending(path: "Sources/ShippedConfiguration/Config")
        let configuration = SourceTree.root.appending(path: "Config")
        #expect(link.resolvingSymlinksInPath().path == configuration.resolvingSymlinksInPath().path)
    }

    @Test func `libdispatch starts no thread in the program`() throws {
        // See the decision record "The program is one file".
        let calls = ["import Dispatch", "DispatchQueue", "Task {", "Task.detached", "Task.sleep"]
        // The daemon's server and database, and who asks it, live on threads of their own.
        let daemon = [
            "Sources/StationServer/", "Sources/ProductionStore/", "Sources/extflashd/",
            "Sources/StationClient/",
        ]
        for file in try SourceTree.files(in: "Sources") where !daemon.contains(where: file.path.hasPrefix) {
            for call in calls { #expect(!file.text.contains(call), "\(file.path): \(call)") }
        }
    }

    @Test func `nothing is left for later`() throws {
        // Put together here so that this file does not name them.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for file in try SourceTree.swiftFiles() {
            for mark in marks { #expect(!file.text.contains(mark), "\(file.path): \(mark)") }
        }
    }

    @Test func `the layers below the shell neither sleep nor look at the clock on the wall`() throws {
        let shell = [
            "Sources/extflash/", "Sources/Workbench/", "Sources/StationServer/",
            "Sources/Essentials/MonotonicTime.swift",
        ]
        let calls = [
            "Thread.sleep", "usleep(", "nanosleep(", "Date()", "ContinuousClock", "DispatchTime.now",
        ]
        for file in try SourceTree.files(in: "Sources") where !shell.contains(where: file.path.hasPrefix) {
            for call in calls { #expect(!file.text.contains(call), "\(file.path): \(call)") }
        }
    }

    @Test func `nothing but package access crosses a module`() throws {
        // Entry points of target code are exported to C, which needs `public`.
        let targetCode = ["Sources/ReferenceLoader", "Tests/"]
        for file in try SourceTree.swiftFiles() where !targetCode.contains(where: file.path.hasPrefix) {
            let isPublic = file.text.contains(#/(?m)^\s*public (?!import)/#)
            #expect(!isPublic, "\(file.path) declares something public")
        }
    }
}
