// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing

@testable import FlashLoader

/// What a loader's file says of its flash, taken from a good loader and changed.
@Suite struct `A loader's description of its flash` {
    /// The file with some bytes of its StorageInfo replaced.
    private func changed(_ offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        var file = try TestLoader.cycleCounter.bytes()
        // The record begins with the name.
        let name = Array("cycle-counter".utf8)
        let start = try #require(
            file.indices.first {
                file[$0...].starts(with: name) && file[($0 + name.count)...].starts(with: [0, 0, 0])
            })
        file.replaceSubrange(start + offset..<start + offset + bytes.count, with: bytes)
        return file
    }
    private func image(_ offset: Int, _ bytes: [UInt8]) throws -> LoaderFile {
        try LoaderFile(reading: try changed(offset, bytes), fileName: "cycle-counter.stldr")
    }

    @Test(arguments: [
        (108, [UInt8](repeating: 0, count: 4), "says that the flash has no bytes"),
        (
            108, [UInt8](repeating: 0xFF, count: 4),
            "says that the flash has more bytes than there are addresses"
        ),
        (120, [UInt8](repeating: 0, count: 8), "has no sectors, so that nothing could be erased"),
        (116, [0x00], "says that erased cells read 0x00; in a serial NOR flash they read 0xff"),
        (116, [0x5A], "says that erased cells read 0x5a; in a serial NOR flash they read 0xff"),
    ])
    func `what cannot be is refused before anything is done with it`(
        offset: Int, bytes: [UInt8], text: String
    ) throws {
        let error = try #require(throws: LoaderFileError.self) { _ = try image(offset, bytes) }
        #expect(error.code == "LDR-011")
        #expect(error.summary == "cycle-counter.stldr: StorageInfo \(text)")
        #expect(error.failureClass == .loaderInvalid)
    }

    @Test func `a name cannot command a terminal`() throws {
        let name = try image(0, [0x1B, 0x5D, 0x30, 0x3B, 0x07, 0x9B, 0x41, 0]).flash.deviceName
        #expect(name == "\u{FFFD}]0;\u{FFFD}\u{FFFD}A")
    }
}
