// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Foundation
import Testing

@testable import SimulatedBench

/// A simulated flash that outlives the process.
@Suite final class `State directory` {
    private let path = FileManager.default.temporaryDirectory.appending(
        path: "extflash-state-\(UUID().uuidString)")
    private var cells: URL { path.appending(path: "flash.bin") }
    private var registers: URL { path.appending(path: "flash.registers") }

    deinit {
        // A leftover in the temporary directory hurts nobody.
        try? FileManager.default.removeItem(at: path)
    }

    private func open(_ change: (inout BenchConfiguration) -> Void = { _ in }) throws -> SimulatedBench {
        var configuration = BenchConfiguration()
        configuration.stateDirectory = path.path
        change(&configuration)
        return try SimulatedBench.open(configuration)
    }
    private func flash(_ bench: SimulatedBench) throws -> FlashPins {
        let machine = try #require(bench.target as? Machine)
        return FlashPins(try #require(machine.flash))
    }
    private func failure(_ change: (inout BenchConfiguration) -> Void = { _ in }) -> BenchError? {
        do {
            _ = try open(change)
            return nil
        } catch { return error as? BenchError }
    }
    /// Programs something everywhere state is kept, and ends the run.
    private func runOnce() throws {
        let bench = try open()
        let flash = try flash(bench)
        flash.change { flash.send([0x02, 0x12, 0x34, 0x56, 0xA5]) }
        flash.change { flash.send([0x42, 0x00, 0x20, 0x10, 0x5A]) }
        flash.change { flash.send([0x01, 0x04]) }
        try bench.saveState()
    }

    @Test func `keeps cells, status and security registers between runs`() throws {
        try runOnce()
        let flash = try flash(open())
        #expect(flash.read([0x03, 0x12, 0x34, 0x56], 2) == [0xA5, 0xFF])
        #expect(flash.read([0x48, 0x00, 0x20, 0x10, 0], 2) == [0x5A, 0xFF])
        #expect(flash.read([0x05], 1) == [0x04])
        #expect(flash.read([0x35], 1) == [0x02])
        let file = try Data(contentsOf: cells)
        #expect(file.count == 16 << 20)
        #expect(file[0x12_3456] == 0xA5)
    }

    @Test func `changes with the flash, whether a run is ended or breaks off`() throws {
        try runOnce()
        do {
            let flash = try flash(open())
            flash.change { flash.send([0x01, 0x00]) }
            flash.change { flash.send([0x20, 0x12, 0x30, 0x00]) }
            flash.change { flash.send([0x42, 0x00, 0x10, 0x00, 0x77]) }
            #expect(try Data(contentsOf: cells)[0x12_3456] == 0xFF)
        }
        let flash = try flash(open())
        #expect(flash.read([0x03, 0x12, 0x34, 0x56], 1) == [0xFF])
        #expect(flash.read([0x05], 1) == [0x00])
        #expect(flash.read([0x48, 0x00, 0x10, 0x00, 0], 1) == [0x77])
        #expect(flash.read([0x48, 0x00, 0x20, 0x10, 0], 1) == [0x5A])
    }

    @Test func `finishes what the flash is busy with before it is kept`() throws {
        do {
            let bench = try open()
            let flash = try flash(bench)
            flash.send([0x06])
            flash.send([0x02, 0, 0, 0, 0x11])
            #expect(flash.isBusy)
            try bench.saveState()
        }
        #expect(try flash(open()).read([0x03, 0, 0, 0], 1) == [0x11])
    }

    @Test func `belongs to one bench at a time`() throws {
        withExtendedLifetime(try open()) {
            #expect(failure() == .stateInUse(path: path.path))
        }
        try runOnce()
    }

    @Test func `takes an image as a flash programmed elsewhere`() throws {
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        try Data(repeating: 0x42, count: 16 << 20).write(to: cells)
        let flash = try flash(open())
        #expect(flash.read([0x03, 0xFF, 0xFF, 0xFF], 1) == [0x42])
        #expect(flash.read([0x35], 1) == [0x02])
    }

    @Test(arguments: [0, 1, (16 << 20) - 1, (16 << 20) + 1])
    func `refuses cells of another size and leaves them`(size: Int) throws {
        try runOnce()
        try Data(repeating: 7, count: size).write(to: cells)
        #expect(failure()?.code == "BEN-009")
        #expect(try Data(contentsOf: cells) == Data(repeating: 7, count: size))
    }

    @Test(arguments: [
        "", "something else\n", "extflash simulated flash registers 3\npart w25q128jv\n",
        "extflash simulated flash registers 1\nstatus 00 02 60\n",
        "extflash simulated flash registers 2\nSR1 00\n",
        "extflash simulated flash registers 2\npart mx25l12835f\nSR1 00\n",
    ])
    func `refuses registers it did not write and leaves them`(text: String) throws {
        try runOnce()
        try Data(text.utf8).write(to: registers)
        #expect(failure()?.code == "BEN-011")
        #expect(try Data(contentsOf: registers) == Data(text.utf8))
    }

    @Test(arguments: [
        ("SR1 04", "SR1 xx"), ("SR1 04", "SR1"), ("SR1 04", "SR2 04"), ("security 40 ff", "security 40"),
        ("security 0 ", "security 9 "),
    ])
    func `refuses damaged registers`(good: String, bad: String) throws {
        try runOnce()
        let text = try String(contentsOf: registers, encoding: .utf8)
        #expect(text.contains(good))
        try Data(text.replacing(good, with: bad).utf8).write(to: registers)
        #expect(failure()?.code == "BEN-011")
    }

    @Test func `refuses registers whose cells are gone`() throws {
        try runOnce()
        try FileManager.default.removeItem(at: cells)
        #expect(failure()?.code == "BEN-011")
    }

    @Test func `says so when the directory is out of reach`() throws {
        #expect(failure { $0.stateDirectory = "/dev/null/flash" }?.code == "BEN-008")
        #expect(failure { $0.stateDirectory = self.path.path + "/no/parent" }?.code == "BEN-008")
        try FileManager.default.createDirectory(at: cells, withIntermediateDirectories: true)
        #expect(failure()?.code == "BEN-008")
    }

    @Test func `takes the registers that an earlier version wrote`() throws {
        try runOnce()
        let blank = Array(repeating: "ff", count: 255).joined(separator: " ")
        let text = """
            extflash simulated flash registers 1
            status 1c 02 60
            security1 11 \(blank)
            security2 22 \(blank)
            security3 33 \(blank)

            """
        try Data(text.utf8).write(to: registers)
        let flash = try flash(open())
        #expect((1...3).map(flash.status) == [0x1C, 0x02, 0x60])
        #expect(flash.read([0x48, 0x00, 0x30, 0x00, 0], 2) == [0x33, 0xFF])
    }

    @Test func `tells at the end that registers could not be written, and tries again`() throws {
        let bench = try open()
        let flash = try flash(bench)
        // A directory stands where the new file would be written.
        let obstacle = path.appending(path: "flash.registers.new/x")
        try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
        flash.change { flash.send([0x01, 0x04]) }
        #expect(throws: BenchError.self) { try bench.saveState() }
        try FileManager.default.removeItem(at: path.appending(path: "flash.registers.new"))
        try bench.saveState()
        #expect(try String(contentsOf: registers, encoding: .utf8).contains("SR1 04\n"))
    }

    @Test func `is left alone when no flash is fitted`() throws {
        try runOnce()
        let before = try Data(contentsOf: registers)
        try open { $0.flashFault = .absent }.saveState()
        #expect(try Data(contentsOf: registers) == before)
        #expect(try flash(open()).read([0x03, 0x12, 0x34, 0x56], 1) == [0xA5])
    }

    @Test func `does not keep a part's damage as its contents`() throws {
        try open { $0.flashFault = .badCell }.saveState()
        #expect(try Data(contentsOf: cells).allSatisfy { $0 == 0xFF })
    }
}
