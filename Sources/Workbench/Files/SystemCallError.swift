// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Why a system call failed (errno(3)), in words for the person who named the file.
struct SystemCallError: Error, Hashable, Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// Of the call that has just failed.
    static var last: SystemCallError { SystemCallError(errno) }

    var text: String {
        switch number {
        case ENOENT: "there is no such file or directory"
        case EACCES: "permission denied"
        case EPERM: "the operation is not permitted"
        case EISDIR: "it is a directory"
        case ENOTDIR: "a part of the path is not a directory"
        case ELOOP: "too many symbolic links, or a loop of them"
        case ENAMETOOLONG: "the name is too long"
        case EROFS: "the file system is read-only"
        case ENOSPC: "no space is left on the device"
        case EDQUOT: "the disk quota is used up"
        case EFBIG: "the file would be larger than is allowed there"
        case EIO: "input/output error"
        case EPIPE: "nobody reads the other end any more"
        case EBADF: "the descriptor is not open for this"
        case ENXIO: "it is a socket, or a device that is not there"
        case EMFILE, ENFILE: "too many files are open"
        case ETXTBSY: "it is a program that is running"
        case ENODEV: "there is no such device"
        case EINVAL: "the operation is not possible on this file"
        default: "\(String(cString: strerror(number))) (error \(number))"
        }
    }
}

/// Repeats `call` while a signal interrupts it.
///
/// - Returns: the call's result, never negative.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) throws(SystemCallError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        guard errno == EINTR else { throw .last }
    }
}
