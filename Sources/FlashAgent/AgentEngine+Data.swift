// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// Data to the agent and from it: through buffers, in as few bytes as they can be.
extension AgentEngine {
    // MARK: Room

    func hasFreeSlot() throws(AgentError) -> Bool {
        guard channel.submitted &- state.completed >= AgentRing.slotCount else { return true }
        try awaitCompletion(of: channel.submitted - AgentRing.slotCount + 1)
        return channel.submitted &- state.completed < AgentRing.slotCount
    }

    /// The next buffer once nobody needs it; nil where that is not to be had now.
    func takeBuffer() throws(AgentError) -> Int? {
        let index = nextBuffer
        guard !buffers[index].isHeld else { return nil }
        try awaitCompletion(of: buffers[index].user)
        guard buffers[index].user <= state.completed else { return nil }
        nextBuffer = (nextBuffer + 1) % buffers.count
        return index
    }

    private func place(_ buffer: Int) -> UInt32 { channel.placement.buffers[buffer].lowerBound }

    // MARK: Programming

    /// Packed only where the link is the slower of the two: unpacking takes time, too.
    func sendProgram(_ bytes: [UInt8], _ offset: UInt32, _ buffer: Int) throws(AgentError) {
        let (place, count) = (place(buffer), UInt32(bytes.count))
        if channel.isSlow(beside: flashRate), let packed = PackedData.pack(bytes) {
            let size = UInt32(packed.count)
            try channel.write(packed, at: AgentPiece.packedPlace(in: place, of: count, size))
            try channel.send(AgentOperation.programPacked, at: offset, count, buffer: place, unit: size)
        } else {
            try channel.write(bytes, at: place)
            try channel.send(AgentOperation.program, at: offset, count, buffer: place)
        }
        buffers[buffer].user = channel.submitted
    }

    /// - Returns: which of the pieces it is that the next command programs.
    func gather(_ bytes: [UInt8], at address: UInt32) throws(AgentError) -> Int {
        if gathered.isFull(for: bytes.count, room: channel.placement.bufferSize) { try sendPieces() }
        return gathered.append(
            bytes, at: address - geometry.readableRange.start, erased: geometry.erasedValue)
    }

    /// Hands over what was gathered; without room for it the pieces wait for their turn one by one.
    func sendPieces() throws(AgentError) {
        guard gathered.count > 0 else { return }
        let pieces = gathered
        gathered = GatheredPieces()
        var number: UInt32?
        if try hasFreeSlot(), let buffer = try takeBuffer() {
            try channel.write(pieces.block, at: place(buffer))
            try channel.send(
                AgentOperation.programPieces, UInt32(pieces.count), buffer: place(buffer))
            (number, buffers[buffer].user) = (channel.submitted, channel.submitted)
        }
        for index in open.indices {
            guard case .gathering(let piece) = open[index].way else { continue }
            open[index].way = number.map { .sentPiece($0, piece: piece) } ?? .deferred
        }
    }

    // MARK: Reading

    /// Less is read through the memory map.
    private static let smallestRead = 2048

    /// Nil where the host has to read by itself.
    func sendRead(_ offset: UInt32, _ count: Int) throws(AgentError) -> OpenCommand.Way? {
        guard count >= Self.smallestRead, count <= abilities.readLimit, let raw = try takeBuffer(),
            let packed = try takeBuffer()
        else { return nil }
        try channel.send(
            AgentOperation.read, at: offset, UInt32(count), buffer: place(raw), unit: place(packed))
        for index in [raw, packed] { buffers[index] = (channel.submitted, true) }
        return .reading(channel.submitted, raw: raw, packed: packed)
    }

    func finishRead(
        _ range: AddressRange, _ entry: OpenCommand, _ poll: () -> Bool
    ) throws(Ending) -> [UInt8] {
        guard case .reading(let number, let raw, let packed) = entry.way else {
            return try readMapped(range, poll)
        }
        try awaitEnd(of: entry, poll)
        let bytes = try breaking { () throws(AgentError) -> [UInt8]? in
            let size = Int(try result(of: number))
            guard size <= range.count else { throw .damaged(range) }
            let source = place(size > 0 ? packed : raw)
            if let bytes = try fetch(range, packed: size, from: source, isChecked: false) { return bytes }
            return try fetch(range, packed: size, from: source, isChecked: true)
        }
        for index in [raw, packed] { buffers[index].isHeld = false }
        guard let bytes else { throw .broken(.damaged(range)) }
        return bytes
    }

    private func result(of number: UInt32) throws(AgentError) -> UInt32 {
        if !state.hasResult(of: number) { state = try channel.state(withResults: true) }
        return state.results[AgentChannel.State.index(of: number)]
    }

    /// What the agent has read, held against the digest in front of it; nil where it did not arrive as it was.
    ///
    /// Because of that proof the probe need not be asked after each block how it went.
    private func fetch(
        _ range: AddressRange, packed size: Int, from place: UInt32, isChecked: Bool
    ) throws(AgentError) -> [UInt8]? {
        let header = Int(AgentPiece.data)
        let block = try channel.read(
            header + (((size > 0 ? size : range.count) + 3) & ~3), at: place, isChecked: isChecked)
        let body = block[header..<header + (size > 0 ? size : range.count)]
        guard let bytes = size > 0 ? PackedData.unpack(body, to: range.count) : Array(body) else {
            return nil
        }
        let words = (0..<2).map { word in
            (0..<4).reversed().reduce(0 as UInt32) { $0 << 8 | UInt32(block[word * 4 + $1]) }
        }
        let digest = FlashDigest(UInt64(words[0]) | UInt64(words[1]) << 32)
        return FlashDigest(of: bytes) == digest ? bytes : nil
    }
}
