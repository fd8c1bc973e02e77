// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
package import Essentials

/// The memory one MEM-AP reaches: any address, any length, any alignment.
///
/// The probe's own block commands are used where it has them, else the AP's registers.
package final class MemoryAccessPort {
    package let port: DebugPort
    package let index: UInt8
    /// Accesses look up the core's data cache (HPROT[3]): needed where a cached core shares the memory.
    package let isCacheable: Bool

    /// What was found of the AP's registers, good for one connection.
    private var state: State?

    struct State {
        var generation: Int
        var identification: RegisterValue<AccessPortIdentification>
        /// CSW as found, without width and increment, with the attributes this layer insists on.
        var attributes: RegisterValue<ControlStatusWord>
        var block: (any BlockMemory)?
        /// CSW as last written; nil when it may be anything.
        var written: RegisterValue<ControlStatusWord>?
    }

    package init(port: DebugPort, index: UInt8, isCacheable: Bool = false) {
        (self.port, self.index, self.isCacheable) = (port, index, isCacheable)
    }

    package func readWord(at address: UInt32) throws(DebugAccessError) -> UInt32 {
        let bytes = try read(4, at: address)
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    package func writeWord(_ value: UInt32, at address: UInt32) throws(DebugAccessError) {
        try write(value.littleEndianBytes, at: address)
    }

    /// Reads whole words at consecutive addresses.
    package func readWords(_ count: Int, at address: UInt32) throws(DebugAccessError) -> [UInt32] {
        let bytes = try read(count * 4, at: address)
        return (0..<count).map { word in
            (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[word * 4 + $1]) }
        }
    }

    package func writeWords(_ values: [UInt32], at address: UInt32) throws(DebugAccessError) {
        try write(values.flatMap(\.littleEndianBytes), at: address)
    }

    package func read(_ count: Int, at address: UInt32) throws(DebugAccessError) -> [UInt8] {
        let pieces = try plan(count, at: address)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for piece in pieces {
            let part =
                if let block = try prepared().block { try blockRead(piece, block) } else {
                    try rawRead(piece)
                }
            bytes += part
        }
        return bytes
    }

    /// As ``read(_:at:)`` of whole words, for who proves the bytes by other means: an access that the target refuses in the
    /// middle may show in the bytes alone.
    package func readUnchecked(_ count: Int, at address: UInt32) throws(DebugAccessError) -> [UInt8] {
        guard count % 4 == 0, address % 4 == 0, count > 0, let block = try prepared().block else {
            return try read(count, at: address)
        }
        guard UInt64(address) + UInt64(count) <= 1 << 32 else {
            throw .outOfAddressSpace(address: address, count: count)
        }
        return try blockReadUnchecked(count, at: address, block)
    }

    package func write(_ bytes: [UInt8], at address: UInt32) throws(DebugAccessError) {
        var done = 0
        for piece in try plan(bytes.count, at: address) {
            let part = bytes[done..<done + piece.count]
            if let block = try prepared().block {
                try blockWrite(part, piece, block)
            } else {
                try rawWrite(part, piece)
            }
            done += piece.count
        }
    }

    /// IDR of this AP.
    package func identification() throws(DebugAccessError) -> RegisterValue<AccessPortIdentification> {
        try prepared().identification
    }

    private func plan(_ count: Int, at address: UInt32) throws(DebugAccessError) -> [TransferPiece] {
        guard count >= 0, UInt64(address) + UInt64(count) <= 1 << 32 else {
            throw .outOfAddressSpace(address: address, count: count)
        }
        guard count > 0 else { return [] }
        if try prepared().identification.bus.isWordOnly,
            !address.isMultiple(of: 4) || !count.isMultiple(of: 4)
        {
            throw .unaligned(accessPort: index, address: address, count: count)
        }
        return TransferPlan.pieces(count: count, at: address)
    }
}

extension MemoryAccessPort {
    /// What is known of the AP, asked for at the first access of a connection.
    func prepared() throws(DebugAccessError) -> State {
        if let state, state.generation == port.generation { return state }
        let block: (any BlockMemory)?
        do { block = try port.probe.blockMemory(accessPort: index) } catch {
            throw .probe(error, during: .accessPort)
        }
        let identification = RegisterValue<AccessPortIdentification>(
            rawValue: try port.readRegister(.accessPort(index, 0xFC)))
        guard identification.portClass == .memory else {
            throw .notAMemoryAccessPort(index: index, identification)
        }
        let found = RegisterValue<ControlStatusWord>(
            rawValue: try port.readRegister(.accessPort(index, 0x00)))
        // The APs' registers survive a line reset, but not everything that causes one: CSW is written afresh.
        let fresh = State(
            generation: port.generation, identification: identification,
            attributes: attributes(from: found, on: identification.bus), block: block, written: nil)
        state = fresh
        return fresh
    }

    /// Keeps what the AP came up with in its upper bits, and asks for privileged data accesses.
    private func attributes(
        from found: RegisterValue<ControlStatusWord>, on bus: AccessPortBus
    ) -> RegisterValue<ControlStatusWord> {
        var value = RegisterValue<ControlStatusWord>(rawValue: found.rawValue & 0xFF00_0000)
        if bus.isWordOnly {
            value.softwareAccess = true
        } else {
            value.isData = true
            value.privileged = true
            if isCacheable { value.cacheable = true }
        }
        return value
    }

    func remember(_ word: RegisterValue<ControlStatusWord>?) { state?.written = word }
}

extension UInt32 {
    /// Four bytes, lowest first.
    package var littleEndianBytes: [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
