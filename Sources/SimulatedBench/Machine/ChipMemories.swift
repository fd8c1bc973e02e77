// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Essentials

/// The memories of the real map (RM0399 §2.3).
struct ChipMemories {
    private let flash: MemoryBlock
    /// Where the embedded flash of this part answers.
    private let flashBanks: [MemoryBlock]
    private let system: MemoryBlock
    private let volatile: [MemoryBlock]
    /// SRAM1...3 and the backup SRAM: there for the M7 only while their clock is on.
    private let gated: [MemoryBlock]
    private let aliases: [MemoryBlock]
    private let secondBank: MemoryBlock

    init(_ part: ChipPart, seed: UInt64) {
        flash = MemoryBlock(at: 0x0800_0000, count: 2 << 20, isWritable: false)
        system = MemoryBlock(at: 0x1FF0_0000, count: 128 << 10, isWritable: false)
        volatile = [
            MemoryBlock(at: 0x0000_0000, count: 64 << 10, visibility: .firstCoreOnly),
            MemoryBlock(at: 0x2000_0000, count: 128 << 10, visibility: .firstCoreOnly),
            MemoryBlock(at: 0x2400_0000, count: 512 << 10),
            MemoryBlock(at: 0x3800_0000, count: 64 << 10),
        ]
        gated = [
            MemoryBlock(at: 0x3000_0000, count: 128 << 10, gate: ClockGate(.ahb2, 29)),
            MemoryBlock(at: 0x3002_0000, count: 128 << 10, gate: ClockGate(.ahb2, 30)),
            MemoryBlock(at: 0x3004_0000, count: 32 << 10, gate: ClockGate(.ahb2, 31)),
            MemoryBlock(at: 0x3880_0000, count: 4 << 10, gate: ClockGate(.ahb4, 28)),
        ]
        aliases = gated.prefix(3).map { MemoryBlock(alias: $0.base - 0x2000_0000, of: $0) }
        flashBanks = Self.banks(of: flash, size: Int(part.flashSize) << 10)
        // At address 0 the M4 sees what it booted from.
        secondBank = MemoryBlock(alias: 0, of: flash, from: 1 << 20, visibility: .secondCoreOnly)
        flash.fill(0xFF)
        fillSystemMemory(part, seed: seed)
        scrambleVolatile()
    }

    /// RAM.
    var volatileBlocks: [MemoryBlock] { volatile + gated }

    var blocks: [MemoryBlock] { volatile + flashBanks + [system, secondBank] + gated + aliases }

    /// Two banks of up to 1 MiB, the second one at 0x0810_0000; parts with 128 KiB have the beginning of the first.
    private static func banks(of flash: MemoryBlock, size: Int) -> [MemoryBlock] {
        switch size {
        case ..<(512 << 10): [MemoryBlock(alias: flash.base, of: flash, count: size)]
        case flash.count: [flash]
        default:
            [0, 1 << 20].map { offset in
                MemoryBlock(
                    alias: flash.base + UInt32(offset), of: flash, from: offset, count: size / 2)
            }
        }
    }

    /// Boot code is not modelled: a branch to itself.
    ///
    /// The unique id and the flash size are what tools look at.
    private func fillSystemMemory(_ part: ChipPart, seed: UInt64) {
        for offset in stride(from: 0, to: system.count, by: 2) {
            system.memory.storeBytes(of: UInt16(0xE7FE), toByteOffset: offset, as: UInt16.self)
        }
        // The first word is where on its wafer a chip lay (RM0399, section "Unique device ID register").
        let place = 0x0038_0033 &+ UInt32(truncatingIfNeeded: seed &- 1)
        let identity: [UInt32] = [place, 0x3434_510D, 0x3139_3730]
        for (index, word) in identity.enumerated() {
            system.memory.storeBytes(of: word, toByteOffset: 0x1_E800 + 4 * index, as: UInt32.self)
        }
        system.memory.storeBytes(of: part.flashSize, toByteOffset: 0x1_E880, as: UInt32.self)
    }
    /// RAM comes up with anything in it.
    private func scrambleVolatile() {
        for block in volatile + gated {
            var random = SeededGenerator(seed: UInt64(block.base))
            // The first page is enough for code that relies on zeros to fail.
            for offset in stride(from: 0, to: min(block.count, 4096), by: 8) {
                block.memory.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
            }
        }
    }
    /// What power-off does.
    func forget() {
        for block in volatile + gated { block.fill(0) }
        scrambleVolatile()
    }

    /// Programs the embedded flash: the M7 boots from bank 1, the M4 from bank 2.
    func load(_ application: Application.Image) {
        flash.store(application.m7, at: 0)
        flash.store(application.m4, at: 1 << 20)
    }

    // MARK: Direct access for the cores

    func addFixedWindows(m7: EmulatedCore, m4: EmulatedCore) {
        for block in volatile { add(block, to: m7) }
        for block in flashBanks + [system] { add(block, to: m7) }
        let shared = Array(volatile.dropFirst(2)) + flashBanks + [system, secondBank]
        for block in shared + gated.prefix(3) + aliases {
            add(block, to: m4)
        }
    }
    private func add(_ block: MemoryBlock, to core: EmulatedCore) {
        core.addWindow(
            at: block.base, memory: block.memory, count: block.count, isWritable: block.isWritable)
    }
    /// The M7 reaches SRAM1...3 while their clock is on.
    ///
    /// The backup SRAM has a write lock and stays on the bus.
    func refreshWindows(of m7: EmulatedCore, _ matrix: BusMatrix) {
        for block in gated.prefix(3) + aliases {
            m7.removeWindow(at: block.base)
            if matrix.isOpen(block, to: .m7) { add(block, to: m7) }
        }
    }
}
