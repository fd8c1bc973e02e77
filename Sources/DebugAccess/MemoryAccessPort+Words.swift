// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// One word access among several that are to be made in order.
package enum WordAccess: Hashable, Sendable {
    case read(UInt32)
    case write(UInt32, UInt32)

    package var address: UInt32 {
        switch self {
        case .read(let address), .write(let address, _): address
        }
    }
}

extension MemoryAccessPort {
    /// Makes scattered word accesses in order, in as few round trips as the probe allows.
    ///
    /// - Returns: the words read, in order.
    package func perform(_ accesses: [WordAccess]) throws(DebugAccessError) -> [UInt32] {
        for access in accesses where !access.address.isMultiple(of: 4) {
            throw .unaligned(accessPort: index, address: access.address, count: 4)
        }
        guard let first = accesses.first else { return [] }
        guard try prepared().block == nil else { return try performOneByOne(accesses) }
        let piece = TransferPiece(address: first.address, count: 4, width: .word)
        let hasWrite = accesses.contains { if case .write = $0 { true } else { false } }
        return try run(bankedOperations(accesses), as: (.word, .off), over: piece, isWrite: hasWrite)
    }

    private func performOneByOne(_ accesses: [WordAccess]) throws(DebugAccessError) -> [UInt32] {
        var values: [UInt32] = []
        for access in accesses {
            switch access {
            case .read(let address): values.append(try readWord(at: address))
            case .write(let address, let value): try writeWord(value, at: address)
            }
        }
        return values
    }

    /// BD0 to BD3 reach the four words around TAR without another TAR write (ADIv5.2 §C2.6.2).
    private func bankedOperations(_ accesses: [WordAccess]) -> [DAPOperation] {
        var operations: [DAPOperation] = []
        var block: UInt32?
        for access in accesses {
            let base = access.address & ~0xF
            if block != base {
                operations.append(.write(.accessPort(index, 0x04), base))
                block = base
            }
            let register = DAPRegister.accessPort(index, 0x10 + UInt8(access.address & 0xC))
            switch access {
            case .read: operations.append(.read(register))
            case .write(_, let value): operations.append(.write(register, value))
            }
        }
        return operations
    }
}

extension MemoryAccessPort {
    /// Writes and reads back.
    package func writeVerified(_ bytes: [UInt8], at address: UInt32) throws(DebugAccessError) {
        try write(bytes, at: address)
        let found = try read(bytes.count, at: address)
        let differing = bytes.indices.filter { bytes[$0] != found[$0] }
        guard let first = differing.first else { return }
        throw .verifyMismatch(
            address: address &+ UInt32(first), wrote: bytes[first], found: found[first],
            differing: differing.count, of: bytes.count)
    }
}
