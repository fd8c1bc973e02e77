// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// Namespaces of this process and its children alone: mounts nobody else sees, and a network for device events.
///
/// They are gone with the last process in them, whatever ends it.
enum PrivateNamespace {
    /// Enters them; without privileges through a user namespace in which this user is root.
    ///
    /// This process must have one thread only.
    static func enter(sharesNetwork: Bool) throws(BenchServerError) {
        if shim_unshare(sharesNetwork ? 0 : 1, 0) != 0 {
            guard errno == EPERM else { throw .noNamespace(detail: BenchServerError.lastDetail) }
            try enterAsUser(sharesNetwork: sharesNetwork)
        }
        try step("making mounts private") { mount("none", "/", nil, UInt(MS_REC) | UInt(MS_PRIVATE), nil) }
        if !sharesNetwork { try step("taking the loopback interface up") { shim_loopback_up() } }
    }

    private static func enterAsUser(sharesNetwork: Bool) throws(BenchServerError) {
        let (user, group) = (geteuid(), getegid())
        guard shim_unshare(sharesNetwork ? 0 : 1, 1) == 0 else {
            throw .noNamespace(detail: BenchServerError.lastDetail)
        }
        // Device managers' listeners believe root only, so that is who we are in here.
        for (file, text) in [
            ("setgroups", "deny"), ("uid_map", "0 \(user) 1"), ("gid_map", "0 \(group) 1"),
        ] {
            try step("mapping this user into the namespace") {
                SmallFile.write(Array(text.utf8), to: "/proc/self/\(file)", creating: false) ? 0 : -1
            }
        }
    }

    /// Carries a system call out and turns its failure into words.
    static func step(_ name: String, _ call: () -> Int32) throws(BenchServerError) {
        guard call() == 0 else { throw .notAllowed(step: name, detail: BenchServerError.lastDetail) }
    }
}
