// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Foundation
import Testing

@testable import SimulatedBench

/// The boards of `Config/boards`, as the simulator builds them.
@Suite struct `Shipped boards` {
    private static let root = URL(filePath: #filePath).appending(path: "../../../../Config").standardized
    private static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/boards")) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func `are all there`() {
        let expected = [
            "daisy-seed", "devebox-stm32h743", "devebox-stm32h750", "generic-stm32h743-bank1",
            "generic-stm32h745-bank2", "generic-stm32h745-dual", "stm32h745i-disco", "stm32h745xi-w25q128",
            "stm32h747i-disco", "stm32h750b-dk", "weact-ministm32h743", "weact-ministm32h750",
        ]
        #expect(Set(expected).subtracting(Self.names).isEmpty)
    }

    /// The reader holds every pin against the multiplexer table of the target.
    @Test(arguments: names) func `have pins that carry their signals`(name: String) throws {
        let board = try BoardDescription(name, files: .repository)
        #expect(board.name == name)
        #expect(board.isDualFlash == (board.chips.count == 2))
        for chip in board.chips { #expect(Set(chip.wiring.lines).count == 4) }
    }

    /// 8 of 25 entries are the alternate function 10 (data sheets, table of alternate functions).
    @Test(arguments: ["stm32h743", "stm32h745"]) func `lie on targets with every QUADSPI pin`(target: String)
        throws
    {
        let board = try BoardDescription("generic-\(target)-dual", files: .repository)
        #expect(board.pins.count == 25)
        #expect(Set(board.pins.map(\.pin)).count == 25)
        #expect(Set(board.pins.map(\.signal)).count == 11)
        #expect(board.pins.count { $0.function == 10 } == 8)
        #expect(board.pins.allSatisfy { [9, 10].contains($0.function) })
    }

    @Test func `with one chip select for both banks have it on both chips`() throws {
        for name in ["stm32h745i-disco", "stm32h747i-disco", "stm32h750b-dk"] {
            let board = try BoardDescription(name, files: .repository)
            #expect(board.chips.map(\.wiring.select) == [PinName("PG6"), PinName("PG6")])
            #expect(Set(board.chips.map(\.wiring.clock)).count == 1)
        }
    }
}
