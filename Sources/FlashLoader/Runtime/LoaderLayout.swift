// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM

/// Where everything goes in the RAM that a loader may use.
///
/// Around the loader's own pieces, since the file says where those are:
///
///     … image … | room for a heap | buffer 0 | buffer 1 | guard | stack ▼ | gate
package struct LoaderLayout: Hashable, Sendable {
    package enum Style: String, CaseIterable, Hashable, Sendable {
        /// A stack of 8 KiB or more with a guard below it, room for a heap behind the image, and zeroed .bss.
        case spacious
        /// As ST's tool lays it out: 1 KiB of stack directly behind the image and .bss not cleared, to see why a loader
        /// fails there.
        case vendor
    }

    package let style: Style
    /// Stack, guard, and the code that functions are called through.
    package let site: CallSite
    /// Equal in size, and not each other's.
    package let buffers: [Range<UInt32>]
    /// Free RAM from the end of the image on, where newlib's `_sbrk` puts the heap.
    package let heapRoom: Range<UInt32>

    package var stack: Range<UInt32> { site.stack }
    package var bufferSize: Int { buffers.first?.count ?? 0 }

    private static let gateSize = UInt64(CallGate.size)
    private static let gateAlignment = UInt64(CallGate.alignment)
    /// Programming 64 KiB takes some 100 ms, beside which the cost of a call does not show.
    private static let largestBuffer: UInt64 = 64 << 10
    private static let smallestBuffer: UInt64 = 256
    /// Twenty times what `printf` of newlib takes, and not more than a quarter of what is free.
    private static let wantedHeap: UInt64 = 64 << 10

    /// How much of the room stack and guard take.
    ///
    /// A function whose locals are larger than the guard could step over it without touching it. Locals are seldom larger
    /// than the stack, so the guard is as large as the stack where there is room. It is a power of two for the
    /// comparator that watches it, whose mask has at least 15 bits on the cores this is for.
    private struct Share {
        /// Of stack and gate together, at least.
        var stack: UInt64
        var guardArea: UInt64

        init(of room: UInt64) {
            (stack, guardArea) =
                switch room {
                case (256 << 10)...: (32 << 10, 32 << 10)
                case (96 << 10)...: (16 << 10, 16 << 10)
                case (32 << 10)...: (8 << 10 + gateSize, 4 << 10)
                default: (8 << 10 + gateSize, 1 << 10)
                }
        }
    }

    /// Moves what runs anywhere to the start of the RAM, and lays the rest out around the program.
    ///
    /// - Throws: ``LoaderError/noRoom(file:free:needed:)`` also where a buffer does not hold what one call must get.
    package static func place(
        _ file: LoaderFile, in ram: Range<UInt32>, style: Style
    ) throws(LoaderError) -> (LoaderProgram, LoaderLayout) {
        guard style == .spacious || file.abi.format == .st else {
            throw .layoutOfOtherTool(file: file.fileName, file.abi.format)
        }
        var program = file.program
        if program.isPositionIndependent {
            guard UInt64(program.span?.count ?? 0) <= UInt64(ram.count) else {
                throw .noRoom(
                    file: file.fileName, free: UInt64(ram.count), needed: UInt64(program.span?.count ?? 0))
            }
            program = program.moved(to: ram.lowerBound)
        }
        let layout = try LoaderLayout(program, in: ram, style: style)
        let unit = file.abi.writeUnit(of: file.flash)
        guard layout.bufferSize >= unit else {
            throw .noRoom(
                file: file.fileName, free: UInt64(layout.bufferSize) * 2, needed: UInt64(unit) * 2)
        }
        return (program, layout)
    }

    package init(_ program: LoaderProgram, in ram: Range<UInt32>, style: Style = .spacious)
        throws(LoaderError)
    {
        let whole = UInt64(ram.lowerBound)..<UInt64(ram.upperBound)
        for piece in program.pieces {
            let range = UInt64(piece.address)..<piece.end
            guard whole.contains(range.lowerBound), range.upperBound <= whole.upperBound else {
                throw .outsideRAM(file: program.fileName, needed: range, ram: ram)
            }
        }
        switch style {
        case .spacious: try self.init(spaciousAround: program, in: whole)
        case .vendor: try self.init(vendorAround: program, in: whole)
        }
    }

    private init(spaciousAround program: LoaderProgram, in ram: Range<UInt64>) throws(LoaderError) {
        let gap = Self.largestGap(around: program, in: ram)
        let room = UInt64(gap.count)
        let share = Share(of: room)
        let start = (gap.lowerBound + 31) & ~31
        let top = gap.upperBound & ~(Self.gateAlignment - 1)
        let fixed = gap.upperBound - top + share.stack + 2 * share.guardArea
        guard room >= fixed + 2 * Self.smallestBuffer + 32 else {
            throw .noRoom(
                file: program.fileName, free: room, needed: fixed + 2 * Self.smallestBuffer + 32)
        }
        let gate = top - Self.gateSize
        let stackBottom = (top - share.stack) & ~(share.guardArea - 1)
        let guardBottom = stackBottom - share.guardArea
        let buffer = Self.bufferSize(in: guardBottom - start, leaving: min(Self.wantedHeap, room / 4))
        let first = guardBottom - 2 * buffer
        let isBehind = gap.lowerBound >= (program.span?.upperBound ?? 0)
        self.init(
            style: .spacious,
            site: CallSite(
                stack: Self.narrow(stackBottom..<gate), guardArea: Self.narrow(guardBottom..<stackBottom),
                gate: UInt32(truncatingIfNeeded: gate)),
            buffers: [first..<first + buffer, first + buffer..<guardBottom],
            heapRoom: isBehind ? start..<first : (program.span?.upperBound ?? 0)..<ram.upperBound)
    }

    /// Bytes of one of two buffers; the heap's room shrinks before they fall below the smallest.
    private static func bufferSize(in room: UInt64, leaving heap: UInt64) -> UInt64 {
        let half = max(room - min(heap, room), 2 * smallestBuffer) / 2
        return min(largestBuffer, half >= 4096 ? half & ~4095 : half & ~255)
    }

    /// The numbers are from logs of ST's tool and from ST's OpenOCD: the trap at the image's base rounded down to 256
    /// bytes, the top of the stack 1 KiB behind the image, the buffer 8 bytes above.
    private init(vendorAround program: LoaderProgram, in ram: Range<UInt64>) throws(LoaderError) {
        guard let span = program.fileSpan else { throw .noRoom(file: program.fileName, free: 0, needed: 1) }
        let trap = span.lowerBound & ~0xFF
        guard trap >= ram.lowerBound, trap + 4 <= span.lowerBound else {
            throw .vendorLayoutImpossible(
                file: program.fileName, base: UInt32(truncatingIfNeeded: span.lowerBound))
        }
        let top = (span.upperBound + 0x400) & ~7
        let start = (top + 8 + 31) & ~31
        let end = ram.upperBound & ~(Self.gateAlignment - 1)
        guard end >= start + Self.gateSize + 2 * Self.smallestBuffer else {
            throw .noRoom(
                file: program.fileName, free: end > span.upperBound ? end - span.upperBound : 0, needed: 0x800
            )
        }
        // Not there in ST's layout: the code that sets the registers up and shows lies about reading, at the far end.
        let gate = end - Self.gateSize
        let buffer = min(Self.largestBuffer, (gate - start) / 2 & ~255)
        self.init(
            style: .vendor,
            site: CallSite(
                stack: Self.narrow((span.upperBound + 7) & ~7..<top), guardArea: nil,
                gate: UInt32(truncatingIfNeeded: gate), returnTrap: UInt32(truncatingIfNeeded: trap)),
            buffers: [start..<start + buffer, start + buffer..<start + 2 * buffer],
            heapRoom: span.upperBound..<span.upperBound)
    }

    private init(
        style: Style, site: CallSite, buffers: [Range<UInt64>], heapRoom: Range<UInt64>
    ) {
        (self.style, self.site) = (style, site)
        (self.buffers, self.heapRoom) = (buffers.map(Self.narrow), Self.narrow(heapRoom))
    }
    private static func narrow(_ range: Range<UInt64>) -> Range<UInt32> {
        UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
    }

    private static func largestGap(around program: LoaderProgram, in ram: Range<UInt64>) -> Range<UInt64> {
        var gaps: [Range<UInt64>] = []
        var start = ram.lowerBound
        for piece in program.pieces {
            let address = UInt64(piece.address)
            if address > start { gaps.append(start..<address) }
            start = max(start, piece.end)
        }
        if start < ram.upperBound { gaps.append(start..<ram.upperBound) }
        return gaps.max { $0.count < $1.count } ?? ram.lowerBound..<ram.lowerBound
    }
}

extension LoaderProgram {
    /// From the first to the last byte that the file holds.
    var fileSpan: Range<UInt64>? {
        guard let span else { return nil }
        // Zeroed memory at the very end is not part of the image as ST's tool sees it.
        let end = zeroFilled.last { $0.upperBound == span.upperBound }?.lowerBound ?? span.upperBound
        return span.lowerBound..<max(span.lowerBound, end)
    }
}
