// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Foundation
import Glibc
import Testing

@testable import Workbench

@Suite struct `An output file` {
    private let scratch: ScratchDirectory
    private static let new: [UInt8] = [1, 2, 3]

    init() throws { scratch = try ScratchDirectory() }

    private func status(_ name: String) -> stat {
        var status = stat()
        _ = lstat(scratch.path(name), &status)
        return status
    }
    private func kind(_ name: String) -> mode_t { status(name).st_mode & S_IFMT }

    /// A job that writes `Self.new` to the file called `name`.
    private func write(_ name: String) throws {
        let file = try OutputFile(scratch.path(name), isText: false)
        try file.reserve(4096)
        try file.write(Self.new)
    }
    private func reason(_ path: String, isText: Bool = true) -> String? {
        guard
            case .fileUnwritable(_, let reason)? = #expect(
                throws: WorkbenchError.self, performing: { try OutputFile(path, isText: isText) })
        else { return nil }
        return reason
    }

    @Test func `that is new has the mode of new files`() throws {
        try write("new.bin")
        #expect(try scratch.contents("new.bin") == Self.new)
        let mask = umask(0)
        umask(mask)
        #expect(status("new.bin").st_mode & 0o777 == 0o666 & ~mask)
    }

    @Test func `keeps its old contents, and nothing appears beside it, until there are new ones`() throws {
        try scratch.file("old.bin", [9, 9, 9, 9, 9])
        var file: OutputFile? = try OutputFile(scratch.path("old.bin"), isText: false)
        try file?.reserve(1 << 20)
        #expect(try scratch.contents("old.bin") == [9, 9, 9, 9, 9])
        file = nil
        #expect(try scratch.contents("old.bin") == [9, 9, 9, 9, 9])
        #expect(try scratch.names() == ["old.bin"])
        try write("old.bin")
        #expect(try scratch.contents("old.bin") == Self.new)
        #expect(try scratch.names() == ["old.bin"])
    }

    @Test func `takes its place also where /proc is not mounted`() throws {
        let path = try scratch.file("old.bin", [9])
        let missing = scratch.path("no-proc")
        var file: ReplacementFile? = try ReplacementFile(of: path, like: nil, descriptors: missing)
        try file?.fill(Self.new)
        #expect(try scratch.contents("old.bin") == [9])
        try file?.takePlace()
        file = nil
        #expect(try scratch.contents("old.bin") == Self.new)
        // One that is given up leaves nothing.
        file = try ReplacementFile(of: path, like: nil, descriptors: missing)
        #expect(try scratch.names().count == 2)
        file = nil
        #expect(try scratch.names() == ["old.bin"])
    }

    @Test func `that is replaced is another file with the mode of the old one`() throws {
        let path = try scratch.file("old.bin", [9])
        #expect(chmod(path, 0o640) == 0)
        let before = status("old.bin").st_ino
        // Held open, so that its number is not given to the new one.
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        try write("old.bin")
        #expect(status("old.bin").st_mode & 0o7777 == 0o640)
        #expect(status("old.bin").st_ino != before)
    }

    @Test func `on which something is mounted is told from one that is not`() throws {
        let file = open(try scratch.file("old.bin", [9]), O_RDONLY)
        let proc = open("/proc", O_RDONLY)
        defer { [file, proc].forEach { close($0) } }
        // Kernels before 5.8 do not say.
        let answer = shim_is_mount_point(proc)
        #expect(answer == 1 || answer == -1)
        #expect(shim_is_mount_point(file) == min(answer, 0))
    }

    @Test func `that cannot be replaced says why it is written over`() throws {
        // A file whose directory takes no others.
        #expect(try OutputFile("/proc/self/comm", isText: false).overwriting != nil)
        try scratch.file("old.bin", [9])
        #expect(try OutputFile(scratch.path("old.bin"), isText: false).overwriting == nil)
    }

    @Test func `behind a symbolic link is what gets the contents`() throws {
        try scratch.file("real/dump.bin", [9])
        for (link, target) in [("latest.bin", "real/dump.bin"), ("coming.bin", "real/next.bin")] {
            #expect(symlink(target, scratch.path(link)) == 0)
            try write(link)
            #expect(kind(link) == S_IFLNK)
            #expect(try scratch.contents(target) == Self.new)
        }
    }

    @Test func `with a second name is the same file afterwards, and as long as its contents`() throws {
        let path = try scratch.file("one.bin", [UInt8](repeating: 9, count: 100))
        #expect(link(path, scratch.path("two.bin")) == 0)
        try write("one.bin")
        #expect(try scratch.contents("two.bin") == Self.new)
        #expect(status("one.bin").st_nlink == 2)
    }

    @Test func `with a second name is not touched by a job that fails`() throws {
        let path = try scratch.file("one.bin", [9, 9])
        #expect(link(path, scratch.path("two.bin")) == 0)
        var file: OutputFile? = try OutputFile(path, isText: false)
        try file?.reserve(1 << 20)
        file = nil
        #expect(try scratch.contents("one.bin") == [9, 9])
        #expect(status("one.bin").st_blocks < 100)
    }

    @Test func `that is a FIFO gets the contents written through`() throws {
        let path = scratch.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try write("pipe")
        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(read(reader, &bytes, 10) == 3)
        #expect(Array(bytes.prefix(3)) == Self.new)
        #expect(kind("pipe") == S_IFIFO)
    }

    @Test func `that is a FIFO nobody reads waits only until the job is stopped`() throws {
        let path = scratch.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = #expect(throws: WorkbenchError.self) {
            try OutputFile(path, isText: false, cancellation: cancellation)
        }
        #expect(error?.failureClass == .cancelled)
    }

    @Test func `that is a device stays one`() throws {
        let file = try OutputFile("/dev/null", isText: false)
        try file.write(Self.new)
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func `on a full device is an error`() throws {
        let file = try OutputFile("/dev/full", isText: false)
        let error = #expect(throws: WorkbenchError.self) { try file.write(Self.new) }
        #expect(error?.summary == "cannot write /dev/full: no space is left on the device")
        #expect(error?.failureClass == .fileUnusable)
    }

    @Test func `may be an open descriptor`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        do {
            let file = try OutputFile("/dev/fd/\(ends[1])", isText: false)
            try file.write(Self.new)
        }
        // It is not this file's to close.
        #expect(close(ends[1]) == 0)
        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(read(ends[0], &bytes, 10) == 3)
        #expect(reason("/dev/fd/\(ends[0])") == "the descriptor is not open for this")
    }

    @Test func `that cannot be written is told at once, in plain words`() throws {
        #expect(reason(scratch.path) == "it is a directory")
        #expect(reason(scratch.path + "/new/") == "it is a directory")
        #expect(reason(scratch.path("nowhere/x.bin")) == "there is no such file or directory")
        try scratch.file("file")
        #expect(reason(scratch.path("file/x.bin")) == "a part of the path is not a directory")
        #expect(symlink("loop", scratch.path("loop")) == 0)
        #expect(reason(scratch.path("loop")) == "too many symbolic links, or a loop of them")
        #expect(
            reason(scratch.path(String(repeating: "n", count: 300))) == "the name is too long")
    }

    @Test func `is known for standard output under every name`() {
        for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            #expect(OutputFile.isStandardOutput(name))
        }
        #expect(!OutputFile.isStandardOutput("/dev/stderr"))
        #expect(!OutputFile.isStandardOutput("/dev/null"))
        #expect(!OutputFile.isStandardOutput(scratch.path("new.bin")))
    }
}
