// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import FlashLoader
import HardwareDescription
import TargetControl

/// Where the agent and all it works with go: code, ring and stack into ITCM, data into what the loader leaves free.
///
///     ITCM   code | ring | keys | digests | guard | stack ▼ | gate | matches
struct AgentPlacement: Hashable, Sendable {
    let ring: UInt32 = 0x2400
    let keys: UInt32 = 0x2800
    /// Two rooms, so that one is fetched while the other is filled.
    let digests: [UInt32] = [0x3800, 0x4000]
    /// Digests that one command may ask for.
    static let digestLimit = 256
    let site = CallSite(stack: 0x6000..<0x7000, guardArea: 0x5000..<0x6000, gate: 0x7000)
    /// What the search for matches works with.
    let matches: UInt32 = 0x8000
    /// Equal in size, each with room for what belongs to its data.
    let buffers: [Range<UInt32>]

    private static let needed: UInt32 = 40 << 10
    /// In front of data or behind them.
    private static let extra = UInt32(LZ4Block.margin)
    /// Ten of the largest blocks that an ST-LINK moves.
    private static let bufferSize: UInt32 = 60 << 10
    private static let smallestBuffer: UInt32 = 4 << 10
    private static let mostBuffers: UInt32 = 8
    /// Four of these and the flash has work while a block is on its way.
    private static let fewestBuffers: UInt32 = 4
    /// What a heap that the loader's Init began keeps: its next call goes on with it.
    private static let heap: UInt32 = 32 << 10

    init(_ program: AgentProgram, beside loader: LoadedLoader) throws(AgentRefusal) {
        let memories = loader.target.definition.memoryList
        guard
            memories.contains(where: {
                $0.kind == .ram && $0.range.lowerBound == 0 && $0.range.upperBound >= Self.needed
            }),
            program.range.upperBound <= ring
        else { throw .noRoom("64 KiB of ITCM at 0x00000000") }
        for piece in loader.program.pieces where piece.address < Self.needed {
            throw .noRoom("ITCM, which the loader itself uses from \(piece.address.hex) on")
        }
        let layout = loader.layout
        guard let first = layout.buffers.first, let last = layout.buffers.last else {
            throw .noRoom("RAM for buffers")
        }
        var start = first.lowerBound
        if layout.heapRoom.upperBound == start {
            start = min(start, layout.heapRoom.lowerBound + min(Self.heap, UInt32(layout.heapRoom.count)))
        }
        start = (start + 31) & ~31
        let room = last.upperBound - start
        var size = Self.bufferSize
        while size > Self.smallestBuffer, room / (size + Self.extra) < Self.fewestBuffers { size /= 2 }
        size &= ~(Self.smallestBuffer / 2 - 1)
        let stride = size + Self.extra
        let count = min(room / stride, Self.mostBuffers)
        guard count >= 2 else { throw .noRoom("RAM for buffers") }
        buffers = (0..<count).map { start + $0 * stride..<start + ($0 + 1) * stride }
    }

    /// Bytes of data that each buffer takes.
    var bufferSize: Int { buffers[0].count - Int(Self.extra) }
}
