// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where everything goes in the RAM that a loader may use.
///
/// Around the loader's own pieces, since the file says where those are:
///
///     … image … | trap and fill routine | guard | stack ▼ | buffer 0 | buffer 1
package struct LoaderLayout: Hashable, Sendable {
    package enum Style: String, CaseIterable, Hashable, Sendable {
        /// A stack of 8 KiB or more with a guard below it, and zeroed .bss.
        case spacious
        /// As ST's tool lays it out: 1 KiB of stack directly behind the image and .bss not cleared, to see why a loader
        /// fails there.
        case vendor
    }

    package let style: Style
    /// Where a BKPT waits for the return.
    package let returnTrap: UInt32
    /// Where ``BufferFill/code`` goes.
    package let fillRoutine: UInt32
    package let stack: Range<UInt32>
    /// Equal in size, and not each other's.
    package let buffers: [Range<UInt32>]

    package var bufferSize: Int { buffers.first?.count ?? 0 }

    /// Trap, routine and room between them.
    private static let trapSize: UInt64 = 32
    /// Kept free below the stack, so that what overflows by a little hits nothing.
    private static let guardSize: UInt64 = 1024
    private static let smallStack: UInt64 = 8 << 10
    private static let largeStack: UInt64 = 16 << 10
    /// Programming 64 KiB takes some 100 ms, beside which the cost of a call does not show.
    private static let largestBuffer: UInt64 = 64 << 10
    private static let smallestBuffer: UInt64 = 256

    package init(_ image: LoaderImage, in ram: Range<UInt32>, style: Style = .spacious) throws(LoaderError) {
        let whole = UInt64(ram.lowerBound)..<UInt64(ram.upperBound)
        for piece in image.pieces {
            let range = UInt64(piece.address)..<piece.end
            guard whole.contains(range.lowerBound), range.upperBound <= whole.upperBound else {
                throw .outsideRAM(file: image.fileName, needed: range, ram: ram)
            }
        }
        switch style {
        case .spacious: try self.init(spaciousAround: image, in: whole)
        case .vendor: try self.init(vendorAround: image, in: whole)
        }
    }

    private init(spaciousAround image: LoaderImage, in ram: Range<UInt64>) throws(LoaderError) {
        let gap = Self.largestGap(around: image, in: ram)
        let trap = (gap.lowerBound + 31) & ~31
        let stackBottom = trap + Self.trapSize + Self.guardSize
        let fixed = stackBottom - gap.lowerBound
        let room = UInt64(gap.count)
        let stackSize = room >= 8 * Self.largeStack ? Self.largeStack : Self.smallStack
        let needed = fixed + stackSize + 2 * Self.smallestBuffer
        guard room >= needed else {
            throw .noRoom(file: image.fileName, free: UInt64(gap.count), needed: needed)
        }
        let half = (room - fixed - stackSize) / 2
        let buffer = min(Self.largestBuffer, half >= 4096 ? half & ~4095 : half & ~255)
        let stackTop = stackBottom + stackSize
        self.init(
            style: .spacious, trap: trap, fill: trap + 8, stack: stackBottom..<stackTop,
            buffers: [stackTop..<stackTop + buffer, stackTop + buffer..<stackTop + 2 * buffer])
    }

    /// The numbers are from logs of ST's tool and from ST's OpenOCD: the trap at the image's base rounded down to 256
    /// bytes, the top of the stack 1 KiB behind the image, the buffer 8 bytes above.
    private init(vendorAround image: LoaderImage, in ram: Range<UInt64>) throws(LoaderError) {
        guard let span = image.fileSpan else { throw .noRoom(file: image.fileName, free: 0, needed: 1) }
        let trap = span.lowerBound & ~0xFF
        guard trap >= ram.lowerBound, trap + 4 <= span.lowerBound else {
            throw .vendorLayoutImpossible(
                file: image.fileName, base: UInt32(truncatingIfNeeded: span.lowerBound))
        }
        let top = (span.upperBound + 0x400) & ~7
        let start = (top + 8 + 31) & ~31
        let end = ram.upperBound & ~31
        guard end >= start + 3 * Self.smallestBuffer else {
            throw .noRoom(
                file: image.fileName, free: end > span.upperBound ? end - span.upperBound : 0, needed: 0x800)
        }
        // Not there in ST's layout: the routine that makes lies about reading visible, at the far end.
        let fill = end - Self.trapSize
        let buffer = min(Self.largestBuffer, (fill - start) / 2 & ~255)
        self.init(
            style: .vendor, trap: trap, fill: fill, stack: (span.upperBound + 7) & ~7..<top,
            buffers: [start..<start + buffer, start + buffer..<start + 2 * buffer])
    }

    private init(
        style: Style, trap: UInt64, fill: UInt64, stack: Range<UInt64>, buffers: [Range<UInt64>]
    ) {
        func narrow(_ range: Range<UInt64>) -> Range<UInt32> {
            UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
        }
        self.style = style
        (returnTrap, fillRoutine) = (UInt32(truncatingIfNeeded: trap), UInt32(truncatingIfNeeded: fill))
        (self.stack, self.buffers) = (narrow(stack), buffers.map(narrow))
    }

    private static func largestGap(around image: LoaderImage, in ram: Range<UInt64>) -> Range<UInt64> {
        var gaps: [Range<UInt64>] = []
        var start = ram.lowerBound
        for piece in image.pieces {
            let address = UInt64(piece.address)
            if address > start { gaps.append(start..<address) }
            start = max(start, piece.end)
        }
        if start < ram.upperBound { gaps.append(start..<ram.upperBound) }
        return gaps.max { $0.count < $1.count } ?? ram.lowerBound..<ram.lowerBound
    }
}

extension LoaderImage {
    /// From the first to the last byte that the file holds.
    var fileSpan: Range<UInt64>? {
        guard let span else { return nil }
        // Zeroed memory at the very end is not part of the image as ST's tool sees it.
        let end = zeroFilled.last { $0.upperBound == span.upperBound }?.lowerBound ?? span.upperBound
        return span.lowerBound..<max(span.lowerBound, end)
    }
}
