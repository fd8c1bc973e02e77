// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the first core has written to registers, for who judges the code that it ran.
final class RegisterLog {
    private(set) var writes: [UInt32: (value: UInt32, count: Int)] = [:]
    private(set) var commands: [CoreActivity.Command] = []
    private(set) var settings: [CoreActivity.Setting] = []

    /// QUADSPI_CCR (RM0399 §24.5.6).
    private static let communication: UInt32 = 0x5200_5014
    /// More kinds of commands than any flash has.
    private static let limit = 256
    /// More registers than all peripherals that code for a flash has to do with.
    private static let registerLimit = 1 << 16
    /// More steps than setting a board up takes.
    private static let settingLimit = 1 << 14

    func note(_ address: UInt32, _ value: UInt32, bytes: UInt32 = 4) {
        noteSetting(address, value, bytes)
        guard writes[address] != nil || writes.count < Self.registerLimit else { return }
        writes[address] = (value, (writes[address]?.count ?? 0) + 1)
        guard address == Self.communication else { return }
        if let index = commands.firstIndex(where: { $0.word == value }) {
            commands[index].count += 1
        } else if commands.count < Self.limit {
            commands.append(CoreActivity.Command(word: value, count: 1))
        }
    }

    /// Whole words: what a narrow write leaves alone is as it was written last, else zero.
    private var words: [UInt32: UInt32] = [:]

    private func noteSetting(_ address: UInt32, _ value: UInt32, _ bytes: UInt32) {
        let register = address & ~3
        guard Self.isSetting(register) else { return }
        var word = value
        if bytes < 4 {
            let shift = address % 4 * 8
            let mask: UInt32 = (1 << (8 * bytes) - 1) << shift
            word = (words[register] ?? 0) & ~mask | (value << shift) & mask
        }
        let isCommand = register == Self.communication
        // Of commands that follow each other the last one is enough.
        if isCommand, settings.last?.address == register { settings.removeLast() }
        guard isCommand || words[register] != word, settings.count < Self.settingLimit else { return }
        words[register] = word
        settings.append(CoreActivity.Setting(address: register, value: word))
    }
    /// MODER, PUPDR and AFR of the ports, RCC, PWR, and CR, DCR and CCR of QUADSPI (RM0399, register maps).
    private static func isSetting(_ register: UInt32) -> Bool {
        switch register {
        case 0x5802_0000..<0x5802_2C00: [0x00, 0x0C, 0x20, 0x24].contains(register & 0x3FF)
        case 0x5802_4400..<0x5802_4C00: true
        default: [0x5200_5000, 0x5200_5004, communication].contains(register)
        }
    }
}

/// What the first core did to its surroundings since somebody began to watch.
package struct CoreActivity: Sendable {
    package struct Register: Sendable {
        package let address: UInt32
        /// Written last.
        package let value: UInt32
        package let count: Int
    }
    /// What QUADSPI_CCR was written with, and how often.
    package struct Command: Sendable {
        package let word: UInt32
        package internal(set) var count: Int
    }
    /// Something that changed what ports, clocks, supply or the flash's controller are set to; of commands in a row the last.
    package struct Setting: Hashable, Sendable {
        package let address: UInt32
        package let value: UInt32
    }
    /// By address.
    package let registers: [Register]
    /// In their order.
    package let settings: [Setting]
    /// In the order of their first use.
    package let commands: [Command]
}

/// What a memory of the part holds.
package struct MemoryContents: Sendable {
    package let start: UInt32
    package let bytes: [UInt8]
}

extension SimulatedBench {
    /// Writes down from now on what the first core writes to registers.
    package func watchCore() { machine?.matrix.log = RegisterLog() }

    package var coreActivity: CoreActivity {
        let log = machine?.matrix.log
        return CoreActivity(
            registers: (log?.writes ?? [:]).map { address, entry in
                CoreActivity.Register(address: address, value: entry.value, count: entry.count)
            }.sorted { $0.address < $1.address }, settings: log?.settings ?? [],
            commands: log?.commands ?? [])
    }
    /// The RAM of the part, past everybody.
    package var ramContents: [MemoryContents] {
        (machine?.memories.volatileBlocks ?? []).map { block in
            MemoryContents(
                start: block.base,
                bytes: [UInt8](UnsafeRawBufferPointer(start: block.memory, count: block.count)))
        }
    }
    /// What the flash's cells hold, past everybody; empty when none is fitted.
    package var flashContents: [UInt8] { machine?.flashContents ?? [] }

    /// The first offset at which the flash does not hold what is expected; nil where it holds all of it.
    package func firstFlashDifference(from expected: [UInt8]) -> Int? {
        let cells = flashContents
        guard cells != expected else { return nil }
        return (0..<min(cells.count, expected.count)).first { cells[$0] != expected[$0] }
            ?? min(cells.count, expected.count)
    }
    /// Where RAM is not what it was; places that lie close together as one.
    package func changedRAM(since before: [MemoryContents]) -> [Range<UInt64>] {
        var changes: [Range<UInt64>] = []
        for (old, new) in zip(before, ramContents) where old.bytes != new.bytes {
            for index in 0..<min(old.bytes.count, new.bytes.count)
            where old.bytes[index] != new.bytes[index] {
                let address = UInt64(old.start) + UInt64(index)
                if let last = changes.last, last.upperBound + 4 > address {
                    changes[changes.count - 1] = last.lowerBound..<address + 1
                } else {
                    changes.append(address..<address + 1)
                }
            }
        }
        return changes
    }

    private var machine: Machine? { target as? Machine }
}
