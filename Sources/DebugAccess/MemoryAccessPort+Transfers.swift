// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

private enum Offset {
    static let controlStatusWord: UInt8 = 0x00
    static let transferAddress: UInt8 = 0x04
    static let dataReadWrite: UInt8 = 0x0C
}

extension MemoryAccessPort {
    /// Bytes moved by one batch of register accesses, so that the host gets a word in between.
    private static let batchLimit = 16_384

    private func register(_ offset: UInt8) -> DAPRegister { .accessPort(index, offset) }

    // MARK: By the probe's block commands

    func blockRead(_ piece: TransferPiece, _ block: any BlockMemory) throws(DebugAccessError) -> [UInt8] {
        let csw = try prepared().attributes.with(piece.width, .single).rawValue
        var bytes: [UInt8] = []
        bytes.reserveCapacity(piece.count)
        remember(nil)
        for part in TransferPlan.split(piece, window: nil, limit: block.maximumCount(piece.width)) {
            let answer = try port.recovering(purpose(of: part, isWrite: false)) { () throws(ProbeError) in
                try block.read(part.count, at: part.address, width: part.width, csw: csw)
            }
            guard answer.count == part.count else {
                throw .shortAnswer(expected: part.count, received: answer.count, during: .memoryRead)
            }
            bytes += answer
        }
        return bytes
    }

    func blockReadUnchecked(
        _ count: Int, at address: UInt32, _ block: any BlockMemory
    ) throws(DebugAccessError) -> [UInt8] {
        let csw = try prepared().attributes.with(.word, .single).rawValue
        remember(nil)
        let piece = TransferPiece(address: address, count: count, width: .word)
        let answer = try port.recovering(purpose(of: piece, isWrite: false)) { () throws(ProbeError) in
            try block.readUnchecked(count, at: address, csw: csw)
        }
        guard answer.count == count else {
            throw .shortAnswer(expected: count, received: answer.count, during: .memoryRead)
        }
        return answer
    }

    func blockWrite(
        _ bytes: ArraySlice<UInt8>, _ piece: TransferPiece, _ block: any BlockMemory
    ) throws(DebugAccessError) {
        let csw = try prepared().attributes.with(piece.width, .single).rawValue
        var next = bytes.startIndex
        remember(nil)
        for part in TransferPlan.split(piece, window: nil, limit: block.maximumCount(piece.width)) {
            let payload = Array(bytes[next..<next + part.count])
            try port.recovering(purpose(of: part, isWrite: true)) { () throws(ProbeError) in
                try block.write(payload, at: part.address, width: part.width, csw: csw)
            }
            next += part.count
        }
    }

    // MARK: By the AP's registers

    func rawRead(_ piece: TransferPiece) throws(DebugAccessError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(piece.count)
        for batch in TransferPlan.split(piece, window: nil, limit: batchLimit(piece.width)) {
            let windows = TransferPlan.split(batch, window: TransferPlan.incrementWindow, limit: batch.count)
            let operations = windows.flatMap { window -> [DAPOperation] in
                let count = window.count / window.width.rawValue
                return [
                    .write(register(Offset.transferAddress), window.address),
                    .readRepeated(register(Offset.dataReadWrite), count: count),
                ]
            }
            let words = try run(operations, as: (batch.width, .single), over: batch, isWrite: false)
            for (index, word) in words.enumerated() {
                let address = batch.address &+ UInt32(index * batch.width.rawValue)
                Self.unpack(word, at: address, batch.width, into: &bytes)
            }
        }
        return bytes
    }

    func rawWrite(_ bytes: ArraySlice<UInt8>, _ piece: TransferPiece) throws(DebugAccessError) {
        var next = bytes.startIndex
        for batch in TransferPlan.split(piece, window: nil, limit: batchLimit(piece.width)) {
            var operations: [DAPOperation] = []
            for window in TransferPlan.split(batch, window: TransferPlan.incrementWindow, limit: batch.count)
            {
                let words = Self.pack(bytes[next..<next + window.count], at: window.address, window.width)
                operations.append(.write(register(Offset.transferAddress), window.address))
                operations.append(.writeRepeated(register(Offset.dataReadWrite), words))
                next += window.count
            }
            _ = try run(operations, as: (batch.width, .single), over: batch, isWrite: true)
        }
    }

    /// Writes one value after the other to the same address, as set/way cache maintenance does.
    package func writeRepeatedly(_ values: [UInt32], at address: UInt32) throws(DebugAccessError) {
        guard address.isMultiple(of: 4) else {
            throw .unaligned(accessPort: index, address: address, count: 4)
        }
        let piece = TransferPiece(address: address, count: 4, width: .word)
        let operations: [DAPOperation] = [
            .write(register(Offset.transferAddress), address),
            .writeRepeated(register(Offset.dataReadWrite), values),
        ]
        _ = try run(operations, as: (.word, .off), over: piece, isWrite: true)
    }

    private func batchLimit(_ width: AccessWidth) -> Int { Self.batchLimit / 4 * width.rawValue }

    /// Runs the operations after CSW.
    ///
    /// CSW is written with every batch that may be repeated: a repetition starts from it.
    func run(
        _ operations: [DAPOperation], as mode: (AccessWidth, ControlStatusWord.AddressIncrement),
        over piece: TransferPiece, isWrite: Bool
    ) throws(DebugAccessError) -> [UInt32] {
        let state = try prepared()
        let csw = state.attributes.with(mode.0, mode.1)
        var batch = operations
        if state.written != csw {
            batch.insert(.write(register(Offset.controlStatusWord), csw.rawValue), at: 0)
        }
        remember(nil)
        do {
            let values = try port.execute(batch, purpose(of: piece, isWrite: isWrite))
            remember(csw)
            return values
        } catch {
            throw located(error, in: piece)
        }
    }

    /// TAR stays at the access that failed (ADIv5.2 §C2.2.2).
    private func located(_ error: DebugAccessError, in piece: TransferPiece) -> DebugAccessError {
        guard case .busFault(let port, _, let isWrite, let status) = error,
            // Only a more exact address is lost when TAR cannot be read.
            let address = try? self.port.readRegister(register(Offset.transferAddress)),
            Int(address &- piece.address) < piece.count
        else { return error }
        return .busFault(accessPort: port, address: address, isWrite: isWrite, status: status)
    }

    private func purpose(of piece: TransferPiece, isWrite: Bool) -> AccessPurpose {
        AccessPurpose(
            step: isWrite ? .memoryWrite : .memoryRead, memory: (index, piece.address), isWrite: isWrite)
    }
}

extension MemoryAccessPort {
    /// Narrow data travels on the byte lanes that its address selects (ADIv5.2 §C2.2.6).
    private static func unpack(
        _ word: UInt32, at address: UInt32, _ width: AccessWidth, into bytes: inout [UInt8]
    ) {
        let lane = (address & 3) * 8
        for byte in 0..<UInt32(width.rawValue) {
            bytes.append(UInt8(truncatingIfNeeded: word >> (lane + byte * 8)))
        }
    }

    private static func pack(_ bytes: ArraySlice<UInt8>, at address: UInt32, _ width: AccessWidth) -> [UInt32]
    {
        var words: [UInt32] = []
        words.reserveCapacity(bytes.count / width.rawValue)
        var next = bytes.startIndex
        var address = address
        while next < bytes.endIndex {
            var word: UInt32 = 0
            for byte in 0..<width.rawValue {
                word |= UInt32(bytes[next + byte]) << (((address & 3) + UInt32(byte)) * 8)
            }
            words.append(word)
            next += width.rawValue
            address &+= UInt32(width.rawValue)
        }
        return words
    }
}
