// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Names that mean a descriptor this process has already: `-`, `/dev/stdin`, `/dev/stdout`, `/dev/fd/N`,
/// `/proc/self/fd/N`.
///
/// Opening such a name anew would start at the file's beginning or truncate it, and fails for a socket; who writes it
/// means the open descriptor (proc_pid_fd(5)).
enum FileDescriptorPath {
    static func input(_ path: String) -> Int32? { path == "-" ? STDIN_FILENO : number(path) }
    static func output(_ path: String) -> Int32? { path == "-" ? STDOUT_FILENO : number(path) }

    private static func number(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdin": return STDIN_FILENO
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            for directory in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(directory) {
                let digits = path.dropFirst(directory.count)
                guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
                return Int32(digits)
            }
            return nil
        }
    }
}
