// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the driver's code for calls does to a core that executes it.
///
/// A fake core executes nothing, so this does by hand what the simulated bench's core does by running the code: offsets
/// are the code's own.
extension FakeCore {
    /// `cpsid i; cpsie f`, as the code begins.
    private static let firstWord: UInt32 = 0xB661_B672
    private static let exitOffset: UInt32 = 0x64, breakpointOffset: UInt32 = 0x8E, blockOffset: UInt32 = 0x100

    /// Takes the parameters into the registers when the core is started where such code lies.
    func enterCallGate() {
        guard let pc = registers[15], memory.word(at: pc) == Self.firstWord else { return }
        let block = pc + Self.blockOffset
        func word(_ index: UInt32) -> UInt32 { memory.word(at: block + 4 * index) }
        for number in 0..<UInt8(13) { registers[number] = number < 4 ? word(UInt32(number)) : 0 }
        registers[9] = word(4)
        (registers[13], registers[17], registers[14]) = (word(5), word(5), word(6))
        (registers[16], registers[20]) = (0x0100_0000, 1)
        (cfsr, hfsr, dfsr, demcr) = (0, 0, 0, demcr | 1 << 24)
        for address in stride(from: word(8), to: word(9), by: 4) { memory.setWord(word(10), at: address) }
        (gate, registers[15]) = (pc, word(7) & ~1)
        // The function may be the way back itself.
        if registers[15] == pc + Self.exitOffset { returnFromCall(registers[0] ?? 0) }
    }

    /// Leaves the result behind when a function returns to such code.
    func leaveThroughCallGate() {
        guard let gate, registers[14] == gate + Self.exitOffset | 1 else { return }
        let block = gate + Self.blockOffset
        func word(_ index: UInt32) -> UInt32 { memory.word(at: block + 4 * index) }
        let canary = stride(from: word(11), to: word(12), by: 4)
        let isWhole = canary.allSatisfy { memory.word(at: $0) == word(13) }
        for (index, value) in [isWhole ? 1 : 2, registers[0] ?? 0, registers[1] ?? 0, 0].enumerated() {
            memory.setWord(UInt32(value), at: block + 56 + 4 * UInt32(index))
        }
        stop(at: gate + Self.breakpointOffset, because: 2)
    }
}
