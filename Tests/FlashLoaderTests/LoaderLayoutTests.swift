// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashLoader

/// Where loaders of all kinds lie, from nearly none of the RAM used to nearly all.
private let images: [[Range<UInt32>]] = [
    [0x2400_0004..<0x2400_0F00],
    [0x2400_0004..<0x2400_0005],
    [0x2400_0000..<0x2400_4000],
    [0x2407_0000..<0x2408_0000],
    [0x2402_0000..<0x2402_0100, 0x2406_0000..<0x2406_0100],
    [0x2400_0004..<0x2402_C000],
    [0x2400_0004..<0x2407_A000],
    [0x2400_0004..<0x2407_D000],
]

@Suite struct `The layout of loader RAM` {
    /// Everything the layout places.
    private func areas(_ layout: LoaderLayout) -> [Range<UInt32>] {
        let fill = layout.fillRoutine..<layout.fillRoutine + UInt32(BufferFill.code.count)
        return [layout.returnTrap..<layout.returnTrap + 2, fill, layout.stack] + layout.buffers
    }

    @Test(arguments: images, LoaderLayout.Style.allCases)
    func `nothing overlaps and everything is in RAM`(ranges: [Range<UInt32>], style: LoaderLayout.Style)
        throws
    {
        let image = Loaders.image(ranges)
        let layout: LoaderLayout
        do {
            layout = try LoaderLayout(image, in: Loaders.ram, style: style)
        } catch {
            // The vendor's layout needs a word below the image and room behind it.
            #expect(style == .vendor && ["LDR-021", "LDR-022"].contains(error.code))
            return
        }
        let all = (areas(layout) + ranges).sorted { $0.lowerBound < $1.lowerBound }
        for (lower, upper) in zip(all, all.dropFirst()) { #expect(lower.upperBound <= upper.lowerBound) }
        for area in all { #expect(Loaders.ram.contains(area.lowerBound) && area.upperBound <= 0x2408_0000) }
        #expect(layout.buffers.count == 2)
        #expect(layout.buffers[0].count == layout.buffers[1].count && layout.bufferSize >= 256)
        #expect(layout.buffers.allSatisfy { $0.lowerBound % 32 == 0 && $0.count % 256 == 0 })
        #expect(layout.stack.upperBound % 8 == 0)
        #expect(layout.returnTrap % 4 == 0 && layout.fillRoutine % 4 == 0)
    }

    @Test func `the usual loader gets 16 KiB of stack, a guard below it and 64 KiB buffers`() throws {
        let layout = try LoaderLayout(Loaders.image([0x2400_0004..<0x2400_1C68]), in: Loaders.ram)
        #expect(layout.stack.count == 16 << 10)
        #expect(layout.bufferSize == 64 << 10)
        #expect(layout.stack.lowerBound - layout.fillRoutine >= 1024)
        #expect(layout.returnTrap >= 0x2400_1C68)
    }

    @Test func `where room is short the stack keeps 8 KiB`() throws {
        let layout = try LoaderLayout(Loaders.image([0x2400_0004..<0x2407_C000]), in: Loaders.ram)
        #expect(layout.stack.count == 8 << 10)
        #expect(layout.bufferSize < 4096)
    }

    @Test func `the largest gap is used`() throws {
        let layout = try LoaderLayout(
            Loaders.image([0x2401_0000..<0x2401_1000, 0x2407_F000..<0x2408_0000]), in: Loaders.ram)
        #expect((0x2401_1000..<0x2407_F000).contains(layout.returnTrap))
        let other = try LoaderLayout(Loaders.image([0x2407_0000..<0x2407_1000]), in: Loaders.ram)
        #expect(other.returnTrap == 0x2400_0000)
    }

    @Test func `the vendor's layout is the vendor's`() throws {
        // 0x1C64 bytes from 0x24000004, 0x5C of them not in the file.
        let image = Loaders.image([0x2400_0004..<0x2400_1C68], zeros: 0x5C)
        let layout = try LoaderLayout(image, in: Loaders.ram, style: .vendor)
        #expect(layout.returnTrap == 0x2400_0000)
        #expect(layout.stack == 0x2400_1C10..<0x2400_2008)
        #expect(layout.buffers[0].lowerBound == 0x2400_2020)
    }

    @Test func `says what does not fit`() throws {
        func error(_ range: Range<UInt32>, _ style: LoaderLayout.Style = .spacious) throws -> LoaderError {
            try #require(throws: LoaderError.self) {
                _ = try LoaderLayout(Loaders.image([range]), in: Loaders.ram, style: style)
            }
        }
        let flash = try error(0x0800_0000..<0x0800_1000)
        #expect(flash.code == "LDR-020")
        #expect(
            flash.summary == """
                made-up.stldr is linked to 0x08000000 to 0x08000fff, \
                outside the RAM for loaders (0x24000000 to 0x2407ffff)
                """)
        #expect(try error(0x2407_F000..<0x2408_0004).code == "LDR-020")
        let full = try error(0x2400_0004..<0x2407_E000)
        #expect(full.code == "LDR-021")
        #expect(full.summary == "made-up.stldr leaves 8192 bytes of RAM free; stack and buffers need 9760")
        #expect(try error(0x2400_0000..<0x2400_1000, .vendor).code == "LDR-022")
    }
}
