// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Who has a device node open, as far as /proc shows it; other users' processes stay hidden from all but root.
struct DeviceHolder {
    var root = "/proc"
    var ownProcess = Int(ProcessInfo.processInfo.processIdentifier)

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
        // A process that ended meanwhile, or belongs to somebody else, shows nothing.
        guard let handles = try? files.contentsOfDirectory(atPath: "\(root)/\(process)/fd") else { return 0 }
        return handles.count { handle in
            (try? files.destinationOfSymbolicLink(atPath: "\(root)/\(process)/fd/\(handle)")) == path
        }
    }

    private func command(of process: Int) -> String {
        // It may end just now.
        let name = (try? String(contentsOfFile: "\(root)/\(process)/comm", encoding: .utf8)) ?? ""
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? "a process" : trimmed
    }
}
