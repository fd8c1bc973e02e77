// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import TestLoaders
import Testing

@testable import FlashLoader

@Suite struct `A CMSIS algorithm's file` {
    private func file() throws -> LoaderFile {
        try LoaderFile(reading: TestLoader.algorithm.bytes(), fileName: "algorithm.FLM")
    }

    @Test func `is a program for any address, and a description that is not loaded`() throws {
        let program = try file().program
        #expect(program.isPositionIndependent && program.pieces.map(\.address) == [0])
        let data = try #require(program.staticBase)
        // Two words with values, two zeroed; FlashDevice lies where those are.
        #expect(program.pieces[0].end == UInt64(data) + 16)
        #expect(program.zeroFilled == [UInt64(data) + 8..<UInt64(data) + 16])
        let moved = program.moved(to: 0x2400_0000)
        #expect(moved.staticBase == data + 0x2400_0000 && moved.entry(of: .initialize) == 0x2400_0000)
        #expect(moved.describe(0x2400_0000).hasPrefix("Init (algorithm.c:"))
        #expect(moved.moved(to: 0).pieces == program.pieces)
    }

    @Test func `describes its flash with sectors of two sizes`() throws {
        let flash = try file().flash
        #expect(flash.deviceName == "algorithm" && flash.kind.name == "EXTSPI")
        #expect(flash.startAddress == 0x9000_0000 && flash.size == 16 << 20 && flash.pageSize == 0x1000)
        #expect(flash.sectorGroups == [.init(count: 16, size: 0x1000), .init(count: 255, size: 0x1_0000)])
        #expect(flash.programLimit == .milliseconds(100) && flash.eraseLimit == .milliseconds(3000))
    }

    @Test func `is called by its own conventions`() throws {
        let file = try file()
        func calls(_ command: FlashCommand) -> [LoaderCall]? {
            file.abi.calls(for: command, of: file.program, on: file.flash)
        }
        #expect(calls(.open(for: .erasing)) == [LoaderCall(.initialize, [0x9000_0000, 0, 1])])
        #expect(calls(.open(for: .mapped)) == [LoaderCall(.initialize, [0x9000_0000, 0, 3])])
        #expect(calls(.close(after: .programming)) == [LoaderCall(.uninitialize, [2])])
        #expect(
            calls(.erase(first: 0x9000_FFFF, last: 0x9001_0000))?.map(\.arguments) == [
                [0x9000_F000], [0x9001_0000],
            ])
        #expect(
            calls(.program(at: 0x9000_1000, count: 0x1010, buffer: 0x2400_8000))?.map(\.arguments) == [
                [0x9000_1000, 0x1000, 0x2400_8000], [0x9000_2000, 0x10, 0x2400_9000],
            ])
        #expect(calls(.read(at: 0x9000_0000, count: 1, buffer: 0)) == nil)
    }

    @Test func `0 is success, and of Verify the end`() {
        let abi = CMSISLoaderABI()
        #expect(abi.isSuccess(0, of: LoaderCall(.eraseChip)) && !abi.isSuccess(1, of: LoaderCall(.eraseChip)))
        let verify = LoaderCall(.verify, on: 0x9000_0000..<0x9000_0010)
        #expect(abi.isSuccess(0x9000_0010, of: verify) && abi.isSuccess(0, of: verify))
        #expect(!abi.isSuccess(0x9000_0004, of: verify))
        #expect(STLoaderABI().isSuccess(1, of: LoaderCall(.write)))
        #expect(!STLoaderABI().isSuccess(2, of: LoaderCall(.write)))
    }

    @Test func `sectors go on beyond the table as they end`() {
        let flash = Loaders.storage([(2, 0x1000), (1, 0x2000)], size: 0x8000)
        #expect(
            flash.sectorRanges(touching: 0x9000_1800, through: 0x9000_4800).map(\.lowerBound) == [
                0x9000_1000, 0x9000_2000, 0x9000_4000,
            ])
        #expect(
            Loaders.storage([], start: 0xFFFF_0000).sectorRanges(touching: .max, through: .max).count == 1)
    }
}
