// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc

/// Who has a device node open, as far as /proc shows it; other users' processes stay hidden from all but root.
struct DeviceHolder {
    var root = "/proc"
    var ownProcess = Int(ProcessInfo.processInfo.processIdentifier)
    /// What a path leads to; nil for nothing.
    var identity: (String) -> FileIdentity? = FileIdentity.init

    /// `openocd (pid 4711)`; of several, the one with the lowest number.
    ///
    /// The caller itself has the node open once.
    func name(for path: String) -> String? {
        let files = FileManager.default
        // Without /proc there is nothing to be learnt.
        guard let entries = try? files.contentsOfDirectory(atPath: root) else { return nil }
        for process in entries.compactMap({ Int($0) }).sorted() {
            let count = handles(on: path, of: process)
            if process == ownProcess {
                guard count > 1 else { continue }
                return "another job of this program"
            }
            if count > 0 { return "\(command(of: process)) (pid \(process))" }
        }
        return nil
    }

    private func handles(on path: String, of process: Int) -> Int {
        let files = FileManager.default
        let wanted = identity(path)
        // A process that ended meanwhile, or belongs to somebody else, shows nothing.
        guard let handles = try? files.contentsOfDirectory(atPath: "\(root)/\(process)/fd") else { return 0 }
        return handles.count { handle in
            let link = "\(root)/\(process)/fd/\(handle)"
            // In another mount namespace, as a container has, the same name may be another device's.
            return (try? files.destinationOfSymbolicLink(atPath: link)) == path && identity(link) == wanted
        }
    }

    private func command(of process: Int) -> String {
        // It may end just now.
        let name = (try? String(contentsOfFile: "\(root)/\(process)/comm", encoding: .utf8)) ?? ""
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? "a process" : trimmed
    }
}

/// What makes two open files the same one.
struct FileIdentity: Hashable, Sendable {
    private let numbers: [UInt64]

    /// Of a device its number, whichever node leads to it; of anything else file system and inode.
    init?(_ path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        let isDevice = information.st_mode & S_IFMT == S_IFCHR
        numbers =
            isDevice
            ? [UInt64(information.st_rdev)] : [UInt64(information.st_dev), UInt64(information.st_ino)]
    }
}
