// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import LibUSBTransport

@Suite struct `Who holds a device` {
    private let folder: TemporaryFolder
    private let node = "/dev/bus/usb/003/007"
    private var holder: DeviceHolder { DeviceHolder(root: folder.path, ownProcess: 100) }

    init() throws { folder = try TemporaryFolder() }

    @Test func `a program is named with its number`() throws {
        try folder.link("9/fd/0", to: "/dev/null")
        try folder.link("4711/fd/5", to: node)
        try folder.write(Array("openocd\n".utf8), to: "4711/comm")
        #expect(holder.name(for: node) == "openocd (pid 4711)")
    }

    @Test func `of several the one with the lowest number is named`() throws {
        for process in [4711, 52] {
            try folder.link("\(process)/fd/5", to: node)
            try folder.write(Array("p\(process)\n".utf8), to: "\(process)/comm")
        }
        #expect(holder.name(for: node) == "p52 (pid 52)")
    }

    @Test func `our own handle does not count, a second one does`() throws {
        try folder.link("100/fd/3", to: node)
        #expect(holder.name(for: node) == nil)
        try folder.link("100/fd/4", to: node)
        #expect(holder.name(for: node) == "another job of this program")
    }

    @Test func `a device of the same name in a container is another one`() throws {
        try folder.write([], to: "ours")
        try folder.write([], to: "theirs")
        for process in [52, 4711] {
            try folder.link("\(process)/fd/5", to: node)
            try folder.write(Array("p\(process)\n".utf8), to: "\(process)/comm")
        }
        var holder = holder
        holder.identity = { [path = folder.path] asked in
            FileIdentity("\(path)/\(asked.contains("/52/") ? "theirs" : "ours")")
        }
        #expect(holder.name(for: node) == "p4711 (pid 4711)")
        #expect(FileIdentity("/dev/null") != FileIdentity("/dev/zero"))
        #expect(FileIdentity("\(folder.path)/none") == nil)
    }

    @Test func `a process that shows nothing is passed over`() throws {
        try folder.write([], to: "12/comm")
        try folder.write([], to: "cpuinfo")
        #expect(holder.name(for: node) == nil)
        #expect(DeviceHolder(root: folder.path + "/none").name(for: node) == nil)
    }
}
