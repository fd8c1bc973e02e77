// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the M7's instruction cache may hold that memory no longer does: 16 KiB in lines of 32 bytes.
///
/// Direct-mapped where the core is two-way: enough to show a host that forgot ICIALLU, not a model of hit rates.
struct InstructionCache {
    static let lineSize = 32
    private static let lineCount = 512
    private let memory: UnsafeMutableRawPointer
    /// The address each line holds; odd means none.
    private let tags: UnsafeMutablePointer<UInt32>

    init() {
        memory = .allocate(byteCount: Self.lineCount * Self.lineSize, alignment: Self.lineSize)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.lineCount * Self.lineSize)
        tags = .allocate(capacity: Self.lineCount)
        tags.initialize(repeating: 1, count: Self.lineCount)
    }
    func deallocate() {
        memory.deallocate()
        tags.deallocate()
    }

    private func index(_ address: UInt32) -> Int { Int(address >> 5 & 511) }
    func line(_ address: UInt32) -> UnsafeMutableRawPointer { memory + index(address) * Self.lineSize }
    func holds(_ address: UInt32) -> Bool { tags[index(address)] == address & ~31 }
    func claim(_ address: UInt32) { tags[index(address)] = address & ~31 }
    /// Empties the line that `address` would use.
    func evict(_ address: UInt32) { tags[index(address)] = 1 }
    func invalidate(_ address: UInt32) {
        if holds(address) { evict(address) }
    }
    func invalidateAll() { tags.update(repeating: 1, count: Self.lineCount) }
}

extension EmulatedCore {
    /// CCR.IC on, and the address neither in a TCM nor in Device or non-cacheable memory.
    func usesInstructionCache(_ address: UInt32) -> Bool {
        guard scb.isInstructionCacheOn, model.hasCaches else { return false }
        let isTightlyCoupled = address < 0x1_0000 || (0x2000_0000..<0x2002_0000).contains(address)
        return !isTightlyCoupled && mpu.isCacheable(address, atNegativePriority: isAtNegativePriority)
    }

    /// The 32 bytes of the line of `address` as the cache has them; nil if the line cannot be filled.
    func cacheLine(of address: UInt32) -> UnsafeMutableRawPointer? {
        let line = instructionCache.line(address)
        if instructionCache.holds(address) { return line }
        forgetCodeSpan()
        instructionCache.evict(address)
        for offset in stride(from: 0, to: InstructionCache.lineSize, by: 2) {
            guard let halfword = fetchUncached(address & ~31 &+ UInt32(offset)) else { return nil }
            line.storeBytes(of: UInt16(truncatingIfNeeded: halfword), toByteOffset: offset, as: UInt16.self)
        }
        instructionCache.claim(address)
        return line
    }
}
