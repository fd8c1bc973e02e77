// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Testing

@testable import SimulatedBench

@Suite struct `Simulator selector` {
    private func error(_ selector: String) -> BenchError? {
        do {
            _ = try BenchConfiguration(selector: selector)
            return nil
        } catch { return error }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `names every probe`(kind: BenchConfiguration.ProbeKind) throws {
        let configuration = try BenchConfiguration(selector: "sim:\(kind.rawValue)")
        #expect(configuration.probe == kind)
        #expect(configuration.application == .none)
        #expect(
            try BenchConfiguration(selector: "sim:\(kind.rawValue),firmware=\(kind.currentFirmware)").probe
                == kind)
    }

    @Test func `sets everything else`() throws {
        let text =
            "sim:stlink-v2,app=m4-crash,times=max,fault=qpi,seed=0x1f,state=/a/b,firmware=V2J28,"
            + "part=stm32h743,power=off,usb-fault=3:stall,usb-fault=9:short"
        let configuration = try BenchConfiguration(selector: text)
        #expect(configuration.application == .m4Crash)
        #expect(configuration.busyTimes == .maximum)
        #expect(configuration.flashFault == .qpi)
        #expect(configuration.seed == 31)
        #expect(configuration.stateDirectory == "/a/b")
        #expect(configuration.probeFirmware == "V2J28")
        #expect(configuration.part == "stm32h743")
        #expect(!configuration.targetIsPowered)
        #expect(configuration.usbFaults.faults == [3: .stall, 9: .short])
    }

    @Test func `says what it does not understand, and what it would`() throws {
        #expect(error("stlink-v3") == .notASimulatorSelector("stlink-v3"))
        #expect(error("sim:")?.code == "BEN-002")
        #expect(error("sim:jlink")?.remedies.first?.contains("sim:cmsis-dap-v2") == true)
        #expect(error("sim:stlink-v3,app") == .malformedItem("app"))
        #expect(error("sim:stlink-v3,") == .malformedItem(""))
        #expect(error("sim:stlink-v3,colour=red")?.remedies.first?.contains("usb-fault") == true)
        #expect(error("sim:stlink-v3,seed=1,seed=2") == .repeatedKey("seed"))
        #expect(error("sim:stlink-v3,app=games")?.remedies.first?.contains("m4-crash") == true)
        for item in ["times=slow", "fault=fire", "seed=x", "state=", "part=z80", "power=1"] {
            #expect(error("sim:stlink-v3,\(item)")?.code == "BEN-006")
        }
        for value in ["3", "x:stall", "-1:stall", "3:fire", "3:stall:4"] {
            #expect(error("sim:stlink-v3,usb-fault=\(value)")?.code == "BEN-006")
        }
    }

    @Test(arguments: [
        ("stlink-v3", "V2J28"), ("stlink-v2", "V3J5"), ("stlink-v2", "V2J64"), ("stlink-v2", "V2J0"),
        ("stlink-v2", "2.1.0"), ("cmsis-dap-v1", "V2J28"), ("cmsis-dap-v1", "2.1.0"),
        ("cmsis-dap-v2", "1.3.0"),
    ])
    func `takes only firmware the probe can have`(kind: String, firmware: String) {
        #expect(error("sim:\(kind),firmware=\(firmware)")?.code == "BEN-007")
    }

    // MARK: Boards

    @Test func `takes the usual board, or the one that is named`() throws {
        let usual = try BenchConfiguration(selector: "sim:stlink-v3").board
        #expect(usual == .standard)
        #expect(usual.chips.map(\.wiring.bank) == [2])
        // The order of settings is of no account.
        let board = try BenchConfiguration(
            selector: "sim:stlink-v3,fault=absent:bank2,part=stm32h743,board=generic-stm32h745-dual"
        ).board
        #expect(board.isDualFlash)
        #expect(board.part == "stm32h743")
        #expect(error("sim:stlink-v3,board=nothing")?.code == "BEN-013")
        #expect(error("sim:stlink-v3,board=./nothing.yaml")?.summary.contains("./nothing.yaml") == true)
    }
    @Test func `breaks every chip or one of them`() throws {
        let selector = "sim:stlink-v3,board=generic-stm32h745-dual"
        #expect(try BenchConfiguration(selector: selector).chipFaults.isEmpty)
        #expect(
            try BenchConfiguration(selector: selector + ",fault=absent").chipFaults
                == [1: .absent, 2: .absent])
        #expect(
            try BenchConfiguration(selector: selector + ",fault=absent:bank2").chipFaults == [2: .absent])
        #expect(
            try BenchConfiguration(selector: selector + ",fault=bp:bank1,fault=unpowered:bank2").chipFaults
                == [1: .blockProtected, 2: .unpowered])
        #expect(error(selector + ",fault=bp,fault=absent:bank2") == .repeatedKey("fault"))
        #expect(error(selector + ",fault=bp:bank3")?.remedies == ["use one of: bp:bank1, bp:bank2"])
        #expect(error("sim:stlink-v3,fault=bp:bank1")?.remedies == ["use one of: bp:bank2"])
        for value in ["bp:", "bp:bank1:bank2", ":bank1", "fire:bank1"] {
            #expect(error(selector + ",fault=\(value)")?.code == "BEN-006")
        }
    }
    @Test func `puts other parts on the board`() throws {
        let selector = "sim:stlink-v3,board=generic-stm32h745-dual"
        #expect(
            try BenchConfiguration(selector: selector + ",flash=x").board.chips.map(\.flash) == ["x", "x"])
        let mixed = try BenchConfiguration(selector: selector + ",flash=x:bank2").board.chips.map(\.flash)
        #expect(mixed.last == "x")
        #expect(mixed.first != "x")
        #expect(error(selector + ",flash=")?.code == "BEN-006")
    }
    @Test func `swaps the chips of two banks`() throws {
        let selector = "sim:stlink-v3,board=generic-stm32h745-dual"
        let (plain, swapped) = (
            try BenchConfiguration(selector: selector).board,
            try BenchConfiguration(selector: selector + ",fault=swapped-banks").board
        )
        #expect(swapped.chips.map(\.wiring) == plain.chips.map(\.wiring).reversed())
        #expect(error("sim:stlink-v3,fault=swapped-banks")?.code == "BEN-006")
        let contents: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7]
        let board = Board {
            $0.board = swapped
            $0.flashContents = contents
        }
        board.setUpQuadSPI(size: 24)
        #expect(board.command(0x03, address: 0, read: 8) == [1, 0, 3, 2, 5, 4, 7, 6])
    }
}
