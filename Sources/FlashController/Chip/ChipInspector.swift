// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

/// Asks a flash what it is and how it is, with no more commands than are known to be harmless to it.
///
/// Of a flash that is not known these are 9Fh and 5Ah, which JESD216 gives the same meaning everywhere. All else depends on the
/// part: 35h reads a register of one and changes the protocol of another.
package struct ChipInspector {
    private let bus: any SerialFlashBus

    package init(_ bus: any SerialFlashBus) { self.bus = bus }

    /// What each bank's flash answers to 9Fh: manufacturer, type and capacity, and five bytes more.
    package func identifications() throws(FlashControllerError) -> [[UInt8]] {
        try bus.execute(SerialCommand(0x9F, count: 8))
    }

    /// The registers that the chip's file says how to read, for each bank.
    package func registers(of chip: FlashChipDefinition) throws(FlashControllerError) -> [ChipStatus] {
        var statuses = try bus.banks.map { _ in ChipStatus(chip: chip, values: []) }
        for register in chip.registers where register.width == 1 {
            guard let opcode = register.read else { continue }
            let answers = try bus.execute(SerialCommand(opcode, count: 1))
            for (index, answer) in answers.enumerated() where index < statuses.count {
                statuses[index].values.append((register.name, answer.first ?? 0xFF))
            }
        }
        return statuses
    }

    /// Whether each bank's flash works on an erase or program; nil where the chip's file does not say how to tell.
    package func isBusy(_ chip: FlashChipDefinition) throws(FlashControllerError) -> [Bool]? {
        guard let busy = chip.busy, let opcode = chip.register(busy.register)?.read else { return nil }
        return try bus.execute(SerialCommand(opcode, count: 1)).map { answer in
            // Nobody drives the line.
            guard let value = answer.first, value != 0xFF else { return false }
            return busy.isSet(in: value)
        }
    }

    /// Ends power-down, where the chip has it.
    package func wake(_ chip: FlashChipDefinition) throws(FlashControllerError) {
        guard let release = chip.instruction(.release) else { return }
        _ = try bus.execute(SerialCommand(release.opcode))
    }

    /// The factory's number, where the chip's file says how to read it.
    package func uniqueIDs(of chip: FlashChipDefinition) throws(FlashControllerError) -> [[UInt8]]? {
        guard let read = chip.instruction(.readUniqueID), let dummy = read.dummy, read.lines.isSingle else {
            return nil
        }
        // More dummy clocks than a command may have: bytes of address do as well, whatever they hold.
        let clocks = 8 * Int(read.addressBytes ?? 3) + Int(dummy)
        let addressBytes = min(4, clocks / 8)
        guard addressBytes > 0, clocks - 8 * addressBytes <= 31 else { return nil }
        return try bus.execute(
            SerialCommand(
                read.opcode, address: 0, addressBytes: UInt8(addressBytes),
                dummyCycles: UInt8(clocks - 8 * addressBytes), count: 8))
    }

    /// The first `count` bytes of each flash's discoverable parameters.
    package func parameters(_ count: Int) throws(FlashControllerError) -> [[UInt8]] {
        try pieces(count, at: 0) { SerialCommand.parameters(at: $0, count: $1) }
    }

    /// Reads by offset in each flash; any range, slowly.
    ///
    /// By the chip's fast read on one line, with as many dummy clocks as its registers say, and with four bytes of address where it
    /// has an instruction that always takes them: it may be in either addressing mode. By what JESD216 expects of a chip that
    /// is not known.
    package func read(
        _ count: Int, at offset: UInt32, of chip: FlashChipDefinition? = nil
    ) throws(FlashControllerError) -> [[UInt8]] {
        let fast = try chip.flatMap { (chip) throws(FlashControllerError) in try fastRead(of: chip) }
        return try pieces(count, at: offset) { offset, size in
            if let fast {
                var command = fast
                (command.address, command.count) = (offset, size)
                return command
            }
            let isLong = UInt64(offset) + UInt64(size) > 1 << 24
            return SerialCommand(
                isLong ? 0x0C : 0x0B, address: offset, addressBytes: isLong ? 4 : 3, dummyCycles: 8,
                count: size)
        }
    }

    /// Nil where the chip's file does not say how.
    private func fastRead(of chip: FlashChipDefinition) throws(FlashControllerError) -> SerialCommand? {
        try read(of: chip) { $0.lines.isSingle && $0.dummy != 0 }
    }

    /// A read whose data alone comes on 2 or 4 lines; nil where the chip's file has none without mode bits.
    func read(of chip: FlashChipDefinition, onLines lines: UInt8) throws(FlashControllerError)
        -> SerialCommand?
    {
        var command = try read(of: chip) {
            $0.lines.opcode == 1 && $0.lines.address == 1 && $0.lines.data == lines && $0.modeBits == 0
                && !$0.isOnlyInQPI
        }
        command?.dataLines = lines
        return command
    }

    private func read(
        of chip: FlashChipDefinition, where isWanted: (ChipInstruction) -> Bool
    ) throws(FlashControllerError) -> SerialCommand? {
        let reads = chip.instructions.filter { $0.does == .read && isWanted($0) }
        guard let read = reads.first(where: { $0.addressBytes == 4 }) ?? reads.first else { return nil }
        var registers: [String: UInt8] = [:]
        if let name = read.dummyField?.field.register, let register = chip.register(name) {
            // Where no instruction reads it alone, as the chip leaves the factory.
            registers[name] = register.factory
            if let opcode = register.read {
                let answers = try bus.execute(SerialCommand(opcode, count: 1))
                registers[name] = answers.first?.first ?? register.factory
            }
        }
        guard let clocks = read.waitingClocks(registers), clocks <= 31 else { return nil }
        return SerialCommand(
            read.opcode, address: 0, addressBytes: read.addressBytes ?? chip.addressBytes,
            dummyCycles: UInt8(clocks))
    }

    private func pieces(
        _ count: Int, at offset: UInt32, _ command: (UInt32, Int) -> SerialCommand
    ) throws(FlashControllerError) -> [[UInt8]] {
        var bytes = try bus.banks.map { _ in [UInt8]() }
        let limit = max(1, bus.readLimit / max(1, bytes.count))
        var done = 0
        while done < count {
            let size = min(limit, count - done)
            let answers = try bus.execute(command(offset &+ UInt32(done), size))
            for (index, answer) in answers.enumerated() where index < bytes.count { bytes[index] += answer }
            done += size
        }
        return bytes
    }
}

/// A chip's registers at one moment.
package struct ChipStatus: Sendable {
    package let chip: FlashChipDefinition
    /// In the order of the chip's file.
    package internal(set) var values: [(name: String, value: UInt8)]

    var byName: [String: UInt8] {
        Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    private func isSet(_ bit: ChipRegisterBit?) -> Bool? {
        guard let bit, let value = byName[bit.register] else { return nil }
        return bit.isSet(in: value)
    }

    /// Nil where the chip's file does not tell.
    package var isBusy: Bool? { isSet(chip.busy) }
    package var isQuadEnabled: Bool? { isSet(chip.quadEnable?.condition) }
    var usesFourByteAddresses: Bool? { isSet(chip.fourByteMode) }
    /// Why parts of the array cannot be changed; empty when all can.
    package var protection: [String] { chip.protection?.reasons(in: byName) ?? [] }
    /// What of the array cannot be changed, by offset in the chip; nil where nothing is known to be so.
    package var protectedRange: Range<UInt32>? { chip.protection?.range(in: byName, size: chip.size) }
    /// How that is ended, as commands; nil where the chip's file does not say.
    package var clearing: String? { protection.isEmpty ? nil : chip.clearingProtection(byName) }
    /// The chip's own error bits that are set.
    package var failures: [ChipFailure.Meaning] {
        chip.failures.filter { isSet($0.condition) == true }.map(\.meaning)
    }

    /// `SR1 0x1c, SR2 0x02 (BP 7, quad enabled)`; nil where no register can be read.
    package var text: String? {
        guard !values.isEmpty else { return nil }
        var notes = protection
        if isBusy == true { notes.append("busy") }
        if isQuadEnabled == true { notes.append("quad enabled") }
        if usesFourByteAddresses == true { notes.append("four address bytes") }
        notes += failures.map { "\($0.rawValue) failed" }
        let text = values.map { "\($0.name) \($0.value.hex)" }.joined(separator: ", ")
        return notes.isEmpty ? text : "\(text) (\(notes.joined(separator: ", ")))"
    }
}
