// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Who may do what with a file; the kernel's FUSE client enforces it (mount option `default_permissions`).
struct FileAccess: Hashable, Sendable {
    /// Permission bits.
    var mode: UInt32
    /// User and group, as numbered in the namespace that mounted the file system.
    var owner: UInt32 = 0, group: UInt32 = 0

    /// How udev leaves a USB device no rule speaks of (`50-udev-default.rules`): everybody reads, root and its group write.
    static let device = FileAccess(mode: 0o664)
    static let directory = FileAccess(mode: 0o755)

    /// What chmod(2) or chown(2) asks for; nil leaves it as it is.
    struct Change: Hashable, Sendable {
        var mode: UInt32?, owner: UInt32?, group: UInt32?
    }
    mutating func apply(_ change: Change) {
        if let mode = change.mode { self.mode = mode & 0o777 }
        if let owner = change.owner { self.owner = owner }
        if let group = change.group { self.group = group }
    }
}
