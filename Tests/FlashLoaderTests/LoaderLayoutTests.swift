// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
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
        let site = layout.site
        let trap = site.returnTrap.map { [$0..<$0 + 2] } ?? []
        let guardArea = site.guardArea.map { [$0] } ?? []
        return trap + guardArea + [site.gate..<site.gate + CallGate.size, layout.stack] + layout.buffers
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
        #expect(layout.site.gate % CallGate.alignment == 0)
        let heap = layout.heapRoom
        #expect(heap.isEmpty || all.allSatisfy { !$0.overlaps(heap) || $0.count > 0 && ranges.contains($0) })
        guard let guardArea = layout.site.guardArea else { return }
        // One comparator matches it, and nothing lies between it and the stack.
        #expect(guardArea.count.nonzeroBitCount == 1 && Int(guardArea.lowerBound) % guardArea.count == 0)
        #expect(guardArea.upperBound == layout.stack.lowerBound)
    }

    @Test func `the usual loader gets nearly 32 KiB of stack, as much guard, and the rest for a heap`() throws
    {
        let layout = try LoaderLayout(Loaders.image([0x2400_0004..<0x2400_1C68]), in: Loaders.ram)
        #expect(layout.site.gate == 0x2407_FE00)
        #expect(layout.stack == 0x2407_8000..<0x2407_FE00)
        #expect(layout.site.guardArea == 0x2407_0000..<0x2407_8000)
        #expect(layout.buffers == [0x2405_0000..<0x2406_0000, 0x2406_0000..<0x2407_0000])
        #expect(layout.heapRoom == 0x2400_1C80..<0x2405_0000)
    }

    @Test(arguments: [
        // The end of the image, what is free, and then: stack at least, guard, buffer, heap at least.
        (0x2400_0008 as UInt32, 512, 31, 32, 65_536, 64), (0x2403_F000, 260, 31, 32, 65_536, 64),
        (0x2405_0000, 192, 15, 16, 57_344, 48), (0x2406_0000, 128, 15, 16, 32_768, 32),
        (0x2407_0000, 64, 8, 4, 16_384, 16), (0x2407_C000, 16, 8, 1, 1024, 0),
    ])
    func `room is shared by how much there is`(
        end: UInt32, room: Int, stack: Int, guardArea: Int, buffer: Int, heap: Int
    ) throws {
        let layout = try LoaderLayout(Loaders.image([0x2400_0004..<end]), in: Loaders.ram)
        #expect(layout.stack.count >= stack << 10 && layout.stack.count < (stack + guardArea) << 10)
        #expect(layout.site.guardArea?.count == guardArea << 10)
        #expect(layout.bufferSize == buffer)
        #expect(layout.heapRoom.lowerBound == (end + 31) & ~31)
        #expect(layout.heapRoom.count >= (heap << 10) - 32)
    }

    @Test func `the largest gap is used`() throws {
        let layout = try LoaderLayout(
            Loaders.image([0x2401_0000..<0x2401_1000, 0x2407_F000..<0x2408_0000]), in: Loaders.ram)
        #expect((0x2401_1000..<0x2407_F000).contains(layout.site.gate))
        // A loader at the top has its heap above itself.
        let other = try LoaderLayout(Loaders.image([0x2407_0000..<0x2407_1000]), in: Loaders.ram)
        #expect(other.site.gate == 0x2406_FE00)
        #expect(other.heapRoom == 0x2407_1000..<0x2408_0000)
    }

    @Test func `the vendor's layout is the vendor's`() throws {
        // 0x1C64 bytes from 0x24000004, 0x5C of them not in the file.
        let image = Loaders.image([0x2400_0004..<0x2400_1C68], zeros: 0x5C)
        let layout = try LoaderLayout(image, in: Loaders.ram, style: .vendor)
        #expect(layout.site.returnTrap == 0x2400_0000)
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
        #expect(full.summary == "made-up.stldr leaves 8192 bytes of RAM free; stack and buffers need 11296")
        #expect(try error(0x2400_0000..<0x2400_1000, .vendor).code == "LDR-022")
    }
}
