// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription
import Testing

@testable import FlashLoader

@Suite struct `How long a call may take` {
    /// With the maxima of the W25Q128JV's data sheet: 3 ms a page, 0.4 and 2 s an erase, 200 s for all.
    private func chip() throws -> LoaderTiming {
        LoaderTiming(
            try FlashChipDefinition(
                yaml: """
                    schema: 1
                    name: chip
                    title: A chip
                    jedec: [[0xef, 0x40, 0x18]]
                    size: 16 MiB
                    page: 256
                    times:
                      page-program: {typical: 0.4, maximum: 3}
                      erase:
                        - {size: 4 KiB, typical: 45, maximum: 400}
                        - {size: 64 KiB, typical: 150, maximum: 2000}
                      chip-erase: {typical: 40000, maximum: 200000}
                    """, file: "chip.yaml"))
    }

    @Test func `no deadline is shorter than the chip's own maximum`() throws {
        let timing = try chip()
        #expect(timing.program(64 << 10) > .milliseconds(3) * 256)
        #expect(timing.erase([(4 << 10, 10)]) > .milliseconds(400) * 10)
        #expect(timing.erase([(64 << 10, 256)]) > .seconds(2) * 256)
        #expect(timing.massErase(Loaders.storage()) > .seconds(200))
        // A whole flash at 1 MHz.
        #expect(timing.read(16 << 20) > .seconds(134))
        #expect(timing.initialize(Loaders.storage()) > .seconds(5))
    }

    @Test func `a dead chip is given up within a few times of it`() throws {
        let timing = try chip()
        #expect(timing.program(256) < .seconds(10))
        #expect(timing.erase([(64 << 10, 1)]) < .seconds(15))
        #expect(timing.massErase(Loaders.storage()) < .seconds(600))
    }

    @Test func `an erase of unknown size takes as long as the next larger one`() throws {
        let timing = try chip()
        #expect(timing.eraseMaximum(of: 4 << 10) == .milliseconds(400))
        #expect(timing.eraseMaximum(of: 8 << 10) == .seconds(2))
        #expect(timing.eraseMaximum(of: 64 << 10) == .seconds(2))
        // Beyond the largest in proportion: a loader erases such a sector in several steps.
        #expect(timing.eraseMaximum(of: 256 << 10) == .seconds(8))
    }

    @Test func `without a chip file the slowest common chip is assumed`() throws {
        let timing = LoaderTiming(Loaders.storage())
        #expect(timing.eraseMaximum(of: 64 << 10) >= .seconds(2))
        #expect(timing.massErase(Loaders.storage()) > .seconds(200))
        let large = Loaders.storage([(2048, 0x1_0000)], size: 128 << 20)
        #expect(LoaderTiming(large).massErase(large) > .seconds(1600))
        // What a file says need not make sense.
        let absurd = Loaders.storage([(.max, .max)], size: .max)
        #expect(LoaderTiming(absurd).massErase(absurd) > .zero)
        #expect(LoaderTiming(absurd).initialize(absurd) > .zero)
    }
}
