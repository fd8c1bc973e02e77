// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A serial NOR flash as data: what one file of `Config/flash/` says (Workbench's article FlashFiles).
///
/// What the file leaves out is not known, and nothing is done with it: a part without a known chip erase is never erased that
/// way, one whose status registers are not described is never asked for them. The file also says how the silicon
/// behaves in ways that only the simulated bench has to know; those keys are accepted here and not kept.
package struct FlashChipDefinition: Hashable, Sendable {
    /// What boards refer to.
    package var name: String
    package var title: String
    package var sources: [String] = []
    /// Keys that could not be had, by dotted path.
    package var unknown: [String] = []
    /// Parts that may be fitted in its place.
    package var variants: [String] = []

    /// Answers to 9Fh that are this part: manufacturer, type, capacity.
    package var identifications: [[UInt8]]
    /// What follows them, where the part sends more.
    package var identificationExtension: [UInt8] = []
    /// Bytes of all dies together.
    package var size: UInt32
    package var dies = 1
    /// Bytes of a die where a read that comes to the end of one begins again at its start; nil where it goes on in the next.
    package var dieOfReads: UInt32?
    /// Each die has registers at addresses of its own: an instruction without an address tells of the first one alone.
    package var hasDieRegisters = false
    /// Bytes of the largest program.
    package var page: UInt32
    package var supply: ClosedRange<Double>?
    package var clock: Clock?

    /// Bytes of an address after power-up.
    package var addressBytes: UInt8 = 3
    /// Says that addresses have four bytes now.
    package var fourByteMode: ChipRegisterBit?
    package var registers: [ChipRegister] = []
    package var registerWrites: [ChipRegisterWrite] = []
    package var busy: ChipRegisterBit?
    package var writeEnabled: ChipRegisterBit?
    package var failures: [ChipFailure] = []
    /// Makes the part forget a failure.
    package var clearFailures: UInt8?
    /// Before a register write that lasts until the next reset.
    package var volatileWriteEnable: UInt8?
    package var quadEnable: ChipQuadEnable?
    package var protection: ChipProtection?
    package var instructions: [ChipInstruction] = []
    /// Instructions whose address and data go on both edges of the clock: loaders map the flash by them, nothing here sends them.
    package var doubleRateInstructions: [ChipInstruction] = []
    /// While it is set, address and data of every instruction go on both edges (DTR protocol).
    package var doubleRateProtocol: ChipRegisterBit?
    /// What else it understands: instructions that only read or switch something.
    package var otherOpcodes: Set<UInt8> = []
    /// For the largest page.
    package var pageProgram: Time?
    /// The discoverable parameters from address 0, as far as the file has them.
    package var parameters: [UInt8] = []

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
    /// A part as it describes itself: identity, geometry and times, its busy bit, and what JESD216 has every part of its kind
    /// understand.
    ///
    /// `longErases` are those that always take four bytes of address; nil for a part that does not have them all.
    package init(
        describedBy identification: [UInt8], size: UInt32, page: UInt32, erases: [Erase],
        longErases: [Erase]? = nil, pageProgram: Time?, chipErase: Time?, hasStatusPolling: Bool
    ) {
        name = "sfdp"
        title = "a flash of \(size >> 20) MiB, as it describes itself"
        (identifications, self.size, self.page, self.pageProgram) = (
            [identification], size, page, pageProgram
        )
        add(erases, addressBytes: nil)
        if let longErases { add(longErases, addressBytes: 4) }
        if let chipErase {
            var whole = ChipInstruction(opcode: 0xC7, does: .eraseChip)
            whole.time = chipErase
            instructions.append(whole)
        }
        guard hasStatusPolling else { return }
        registers = [ChipRegister(name: "SR1", read: 0x05)]
        busy = ChipRegisterBit(register: "SR1", bit: 0, value: 1)
        // JESD216F §6.4.5, §6.4.17: the bit is the write enable latch of all that are polled in this way.
        writeEnabled = ChipRegisterBit(register: "SR1", bit: 1, value: 1)
        instructions.append(ChipInstruction(opcode: 0x06, does: .writeEnable))
        addAccess(read: 0x0B, program: 0x02, addressBytes: nil)
        if longErases != nil { addAccess(read: 0x0C, program: 0x12, addressBytes: 4) }
    }

    private mutating func add(_ erases: [Erase], addressBytes: UInt8?) {
        for erase in erases {
            var instruction = ChipInstruction(opcode: erase.opcode, does: .erase)
            (instruction.unit, instruction.time) = (erase.size, erase.time)
            instruction.addressBytes = addressBytes
            instructions.append(instruction)
        }
    }

    /// On one line; the fast read waits 8 clocks on every part.
    private mutating func addAccess(read: UInt8, program: UInt8, addressBytes: UInt8?) {
        var fast = ChipInstruction(opcode: read, does: .read)
        (fast.dummy, fast.addressBytes) = (8, addressBytes)
        var page = ChipInstruction(opcode: program, does: .program)
        (page.dummy, page.addressBytes) = (0, addressBytes)
        instructions += [fast, page]
    }

    /// A unit that can be erased wherever it begins, and how long that takes.
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt32
        package var opcode: UInt8
        package var time: Time

        package init(size: UInt32, opcode: UInt8, time: Time) {
            (self.size, self.opcode, self.time) = (size, opcode, time)
        }
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

    /// Nil where the part has none, or its time is not known.
    package var chipErase: Time? { instruction(.eraseChip)?.time }

    /// The first instruction that does it.
    package func instruction(_ purpose: ChipInstruction.Purpose) -> ChipInstruction? {
        instructions.first { $0.does == purpose }
    }
    package func register(_ name: String) -> ChipRegister? { registers.first { $0.name == name } }

    package func renamed(_ name: String) -> FlashChipDefinition {
        var copy = self
        copy.name = name
        return copy
    }

    /// Whether an answer to 9Fh is this part's; more bytes than the file knows do not matter.
    package func isIdentified(by answer: [UInt8]) -> Bool {
        identifications.contains { answer.starts(with: $0) }
    }
}

extension FlashChipDefinition {
    /// Two of these that work as one memory, their bytes interleaved: twice the size, and twice the units at the same time.
    package var paired: FlashChipDefinition {
        var pair = self
        pair.size = UInt32(clamping: UInt64(size) * 2)
        pair.page = page &* 2
        pair.dieOfReads = dieOfReads.map { $0 &* 2 }
        for index in pair.instructions.indices {
            guard let unit = pair.instructions[index].unit else { continue }
            pair.instructions[index].unit = unit &* 2
            if let stretch = pair.instructions[index].stretch {
                pair.instructions[index].stretch = .init(start: stretch.start * 2, end: stretch.end * 2)
            }
        }
        return pair
    }
}
