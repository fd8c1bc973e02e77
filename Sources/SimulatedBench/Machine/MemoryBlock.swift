// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A memory of the chip: it keeps its contents over resets.
final class MemoryBlock {
    enum Visibility {
        case everyone
        /// Tightly coupled to the M7: its own accesses and those of its debug port.
        case firstCoreOnly
        /// An alias only the M4's bus has.
        case secondCoreOnly
    }
    let base: UInt32
    let count: Int
    let memory: UnsafeMutableRawPointer
    let isWritable: Bool
    let visibility: Visibility
    /// The M7's side needs this clock; the M4 has it by itself.
    let gate: ClockGate?
    private let owner: MemoryBlock?

    init(
        at base: UInt32, count: Int, isWritable: Bool = true, visibility: Visibility = .everyone,
        gate: ClockGate? = nil
    ) {
        guard let memory = calloc(count, 1) else { preconditionFailure("no memory for \(count) bytes") }
        (self.base, self.count, self.memory) = (base, count, memory)
        (self.isWritable, self.visibility, self.gate) = (isWritable, visibility, gate)
        owner = nil
    }
    /// The same cells at another address; as many of them as there are, or `count`.
    init(
        alias base: UInt32, of block: MemoryBlock, from offset: Int = 0, count: Int? = nil,
        visibility: Visibility = .everyone
    ) {
        (self.base, memory) = (base, block.memory + offset)
        self.count = count ?? block.count - offset
        (isWritable, self.visibility, gate, owner) = (block.isWritable, visibility, block.gate, block)
    }
    deinit { if owner == nil { free(memory) } }

    @inline(__always) func contains(_ address: UInt32, _ size: UInt32) -> Bool {
        address >= base && UInt64(address &- base) + UInt64(size) <= UInt64(count)
    }
    func isVisible(to master: BusMaster) -> Bool {
        switch visibility {
        case .everyone: true
        case .firstCoreOnly: master == .m7 || master == .ap0
        case .secondCoreOnly: master == .m4 || master == .ap3
        }
    }

    func fill(_ value: UInt8) { memset(memory, Int32(value), count) }
    func store(_ bytes: [UInt8], at offset: Int) {
        for (index, byte) in bytes.enumerated() where offset + index < count {
            memory.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
        }
    }
}
