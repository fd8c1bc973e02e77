// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A serial NOR flash as data: what one file of `Config/flash/` says (Workbench's article FlashFiles).
///
/// What the file leaves out is not known, and nothing is done with it: a part without a known chip erase is never erased that
/// way, one whose status registers are not described is never asked for them.
package struct FlashChipDefinition: Hashable, Sendable {
    /// What boards refer to.
    package var name: String
    package var title: String
    package var sources: [String] = []
    /// Keys that could not be had, by dotted path.
    package var unknown: [String] = []

    /// Answers to 9Fh that are this part: manufacturer, type, capacity.
    package var identifications: [[UInt8]]
    /// What follows them, where the part sends more.
    package var identificationExtension: [UInt8] = []
    /// Answer to 90h and ABh.
    package var deviceID: UInt8?
    /// Bytes of all dies together.
    package var size: UInt32
    package var dies = 1
    package var dieSelect: DieSelect?
    /// Bytes of the largest program.
    package var page: UInt32
    package var supply: ClosedRange<Double>?
    package var clock: Clock?

    package var addressing = ChipAddressing()
    package var registers: [ChipRegister] = []
    package var writes: [ChipRegisterWrite] = []
    /// 50h on some parts: the next register write is lost with the supply.
    package var volatileWriteEnable: UInt8?
    package var busy: ChipRegisterBit?
    package var writeEnabled: ChipRegisterBit?
    package var failures: ChipFailures?
    package var quadEnable: ChipQuadEnable?
    package var protection: ChipProtection?
    package var instructions: [ChipInstruction] = []
    package var times = ChipTimes()
    /// The discoverable parameters from address 0, as far as the file has them.
    package var parameters: [UInt8] = []

    package enum DieSelect: String, CaseIterable, Hashable, Sendable {
        /// C2h selects the die that answers.
        case software
        /// Addresses run through.
        case linear
    }

    /// The fastest clocks.
    package struct Clock: Hashable, Sendable {
        package var maximum: Hertz
        /// Of 03h and 13h, where it is less.
        package var plainRead: Hertz?
    }

    /// From the data sheet.
    package struct Time: Hashable, Sendable {
        package var typical: Duration, maximum: Duration
        package init(typical: Duration, maximum: Duration) {
            (self.typical, self.maximum) = (typical, maximum)
        }
    }
}

extension FlashChipDefinition {
    /// A unit that can be erased wherever it begins, and how long that takes.
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt32
        package var opcode: UInt8
        package var time: Time
    }

    /// Erases of the whole array whose times are known, smallest first; one of each size.
    package var erases: [Erase] {
        var erases: [Erase] = []
        for instruction in instructions where instruction.does == .erase && instruction.stretch == nil {
            guard let size = instruction.unit, let time = instruction.time,
                !erases.contains(where: { $0.size == size })
            else { continue }
            erases.append(Erase(size: size, opcode: instruction.opcode, time: time))
        }
        return erases.sorted { $0.size < $1.size }
    }

    /// The longest for one page.
    package var pageProgram: Time? { times.pageProgram }
    /// Nil where the part has none, or its time is not known.
    package var chipErase: Time? { instruction(.eraseChip)?.time }

    /// The first instruction that does it.
    package func instruction(_ purpose: ChipInstruction.Purpose) -> ChipInstruction? {
        instructions.first { $0.does == purpose }
    }
    package func register(_ name: String) -> ChipRegister? { registers.first { $0.name == name } }

    /// Whether an answer to 9Fh is this part's; more bytes than the file knows do not matter.
    package func isIdentified(by answer: [UInt8]) -> Bool {
        identifications.contains { answer.starts(with: $0) }
    }
}
