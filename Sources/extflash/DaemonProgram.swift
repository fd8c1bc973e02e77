// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Foundation
import Glibc

/// `extflashd`, which does what needs a database: extflash hands itself over to it and links none of its libraries.
enum DaemonProgram {
    static let name = "extflashd"

    /// The program takes the place of this process, with its streams and its terminal; returns only when it cannot.
    static func run(_ arguments: [String]) throws(DaemonProgramError) -> Never {
        let context = RunContext.current
        let path = try find(beside: context.program, onPath: context.environment["PATH"])
        // An ignored SIGPIPE would be inherited.
        signal(SIGPIPE, SIG_DFL)
        let problem = context.replaceProcess(path, [name] + arguments)
        signal(SIGPIPE, SIG_IGN)
        throw .notExecuted(path: path, detail: String(cString: strerror(problem)))
    }

    /// Beside the program itself, so that the two are of one version, else where the shell would find it.
    static func find(beside program: String?, onPath search: String?) throws(DaemonProgramError) -> String {
        let own = program.map { URL(filePath: $0).deletingLastPathComponent().path }
        // An empty entry is the working directory, in which nobody expects a program of ours.
        let folders = (own.map { [$0] } ?? []) + (search ?? "").split(separator: ":").map(String.init)
        let places = folders.map { $0 + "/" + name }
        guard let path = places.first(where: isProgram) else { throw .missing(beside: own) }
        return path
    }

    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && access(path, X_OK) == 0
    }

    /// Gives `errno`: a program that was started does not return.
    static let replaceThisProcess: @Sendable (String, [String]) -> Int32 = { path, arguments in
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        execv(path, &pointers)
        return errno
    }
}

/// Why `extflashd` does not take over.
enum DaemonProgramError: Error, Hashable {
    case missing(beside: String?)
    case notExecuted(path: String, detail: String)
}

extension DaemonProgramError: Diagnosable {
    var code: String {
        switch self {
        case .missing: "CLI-004"
        case .notExecuted: "CLI-005"
        }
    }
    var failureClass: FailureClass? { .machineUnsuitable }
    var summary: String {
        switch self {
        case .missing(let folder):
            "there is no extflashd" + (folder.map { " in \($0)" } ?? " beside extflash") + ", nor on PATH"
        case .notExecuted(let path, let detail): "cannot run \(path): \(detail)"
        }
    }
    var remedies: [String] {
        switch self {
        case .missing:
            ["install it: it is in the package extflashd, or `make install-daemon` puts it beside extflash"]
        case .notExecuted: ["run `extflashd --help` to see what keeps it from starting"]
        }
    }
}
