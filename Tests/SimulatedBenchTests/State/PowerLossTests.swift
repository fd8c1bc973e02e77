// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Foundation
import Testing

@testable import SimulatedBench

/// A process that ends in the middle of an operation takes the flash's supply away.
///
/// A bench that is dropped without being saved has left its files as a process that was killed leaves them: nothing
/// runs when it goes.
@Suite final class `Power loss across processes` {
    private let path = FileManager.default.temporaryDirectory.appending(
        path: "extflash-loss-\(UUID().uuidString)")
    private var cells: URL { path.appending(path: "flash.bin") }
    private var work: URL { path.appending(path: "flash.work") }

    deinit {
        // A leftover in the temporary directory hurts nobody.
        try? FileManager.default.removeItem(at: path)
    }

    private func open() throws -> SimulatedBench {
        var configuration = BenchConfiguration()
        configuration.stateDirectory = path.path
        configuration.flashContents = Array(repeating: 0, count: 0x2_0000)
        return try SimulatedBench.open(configuration)
    }
    private func flash(_ bench: SimulatedBench) throws -> FlashPins {
        let machine = try #require(bench.target as? Machine)
        return FlashPins(try #require(machine.flash))
    }
    /// Begins something in one process and leaves it there.
    private func breakOff(_ bytes: [UInt8], after time: Picoseconds = 1 * .microsecond) throws {
        let flash = try flash(open())
        flash.send([0x06])
        flash.send(bytes)
        #expect(flash.isBusy)
        flash.wait(time)
    }
    private func contents() throws -> [UInt8] { Array(try Data(contentsOf: cells)) }

    @Test(
        arguments: [([0x20, 0, 0x10, 0], 0x1000..<0x2000), ([0xD8, 1, 0, 0], 0x1_0000..<0x2_0000)]
            as [([UInt8], Range<Int>)])
    func `leaves a block half erased`(erase: [UInt8], range: Range<Int>) throws {
        try breakOff(erase)
        // Until somebody gives it power again, nothing is to be seen of it.
        #expect(try contents()[range].allSatisfy { $0 == 0 })
        try open().saveState()
        let after = try contents()
        let block = after[range]
        #expect(!block.allSatisfy { $0 == 0 } && !block.allSatisfy { $0 == 0xFF })
        #expect(Set(block).count > 200)
        #expect(after[..<range.lowerBound].allSatisfy { $0 == 0 })
        #expect(after[range.upperBound..<max(range.upperBound, 0x2_0000)].allSatisfy { $0 == 0 })
        // It happened once.
        try open().saveState()
        #expect(try contents() == after)
    }

    @Test func `leaves a page half programmed`() throws {
        let data = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try breakOff([0x02, 0x20, 0x01, 0x00] + data)
        try open().saveState()
        let page = Array(try contents()[0x20_0100..<0x20_0200])
        #expect(page != data)
        #expect(!page.allSatisfy { $0 == 0xFF })
        // Only bits that should become 0 have.
        #expect(zip(page, data).allSatisfy { $0 & $1 == $1 })
    }

    @Test func `leaves the whole chip undefined in the middle of a chip erase`() throws {
        try breakOff([0xC7])
        try open().saveState()
        let after = try contents()
        #expect(Set(after[0..<0x1_0000]).count > 200)
        #expect(Set(after[0xFF_0000...]).count > 200)
    }

    @Test func `loses an erase and the program it was suspended for`() throws {
        do {
            let flash = try flash(open())
            flash.send([0x06])
            flash.send([0x20, 0, 0, 0])
            flash.send([0x75])
            flash.wait(20 * .microsecond)
            flash.send([0x06])
            flash.send([0x02, 0x20, 0, 0] + Array(repeating: 0, count: 256))
            #expect(flash.isBusy)
        }
        try open().saveState()
        let after = try contents()
        #expect(Set(after[0..<0x1000]).count > 100)
        #expect(Set(after[0x20_0000..<0x20_0100]).count > 50)
        #expect(after[0x1000] == 0 && after[0x20_0100] == 0xFF)
    }

    @Test func `keeps what had ended by then, though nobody looked`() throws {
        do {
            let bench = try open()
            let flash = try flash(bench)
            flash.send([0x06])
            flash.send([0x20, 0, 0, 0])
            bench.time.wait(for: .seconds(1))
        }
        try open().saveState()
        #expect(try contents()[0..<0x1000].allSatisfy { $0 == 0xFF })
    }

    @Test func `leaves a register as it was when its write did not end`() throws {
        try breakOff([0x01, 0x1C])
        let flash = try flash(open())
        #expect(flash.status() == 0)
    }

    @Test func `ends the write enable, power-down and volatile registers`() throws {
        do {
            let flash = try flash(open())
            flash.send([0x50])
            flash.send([0x01, 0x1C])
            flash.send([0x06])
            #expect(flash.status() == 0x1E)
            flash.send([0x04])
            flash.send([0xB9])
        }
        #expect(try flash(open()).status() == 0)
    }

    @Test(arguments: [0, 5, 4096])
    func `refuses a record of work that it did not write`(size: Int) throws {
        try open().saveState()
        try Data(repeating: 0x41, count: size).write(to: work)
        #expect(throws: BenchError.self) { try open() }
        try Data(FlashWorkFile.blank).write(to: work)
        try open().saveState()
        var bytes = FlashWorkFile.blank
        // An entry that is no erase and no program; one that lies beyond the cells.
        (bytes[64], bytes[65]) = (1, 9)
        try Data(bytes).write(to: work)
        #expect(throws: BenchError.self) { try open() }
        (bytes[65], bytes[64 + 8 + 3], bytes[64 + 16]) = (2, 1, 1)
        try Data(bytes).write(to: work)
        #expect(throws: BenchError.self) { try open() }
    }

    @Test func `does not follow a link in the place of the cells`() throws {
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        let image = path.appending(path: "image")
        try Data(repeating: 1, count: 16 << 20).write(to: image)
        try FileManager.default.createSymbolicLink(at: cells, withDestinationURL: image)
        #expect(throws: BenchError.self) { try open() }
        #expect(try Data(contentsOf: image)[0] == 1)
    }
}
