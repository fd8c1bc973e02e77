// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import FlashLoader
package import HardwareDescription
import ObjectFiles

/// A loader made from the files of a board and its flash.
///
/// The code is the same for all: `Firmware/board-loader` for ST's interface, `Firmware/board-algorithm` for CMSIS'. What it is told
/// of board and flash is a table that is filled in here.
package struct BoardLoader: Sendable {
    package let board: String
    /// As it is fitted: two that work as one memory are one of twice the size.
    package let chip: FlashChipDefinition
    /// Of the first byte, in the memory map.
    package let start: UInt32
    /// Bytes of the smallest sector.
    package let sector: UInt32
    /// Whether the flash can be read as memory once it is set up.
    private var isMapped = true
    /// By offset in ``BoardTable``.
    private var table: [UInt32: UInt32] = [:]

    private static let cyclesPerMicrosecond: UInt32 = 64

    /// `chip` is what is fitted on the board's bank, or on each of two that work as one memory; `variants` are the parts that
    /// may be there in its place.
    package init(
        _ board: BoardDefinition, on target: TargetDefinition, chip: FlashChipDefinition,
        variants: [FlashChipDefinition] = []
    ) throws(BoardLoaderError) {
        guard target.quadSPI.base == AgentController.base else {
            throw .otherController(target: target.name, base: target.quadSPI.base)
        }
        try Self.check(board)
        guard !chip.hasDieRegisters else { throw .severalDies(chip: chip.title, dies: chip.dies) }
        let isPair = board.mode == .dual
        let window = target.mappedFlash
        self.board = board.name
        self.chip = isPair ? chip.paired : chip
        start = board.mapped ?? window.lowerBound
        guard window.contains(start), UInt64(start) + UInt64(self.chip.size) <= UInt64(window.upperBound)
        else {
            throw .beyondWindow(chip: chip.title, start: start, size: self.chip.size, window: window)
        }
        let plan: InstructionPlan
        do throws(FlashSettings.Gap) {
            plan = try InstructionPlan(chip, isPair: isPair)
        } catch {
            throw .notDescribed(error.what, chip: chip.title)
        }
        sector = plan.settings.words[AgentSettings.erases] ?? 0
        for (offset, word) in plan.settings.words { table[AgentRing.settings + offset] = word }
        setController(board, plan)
        set(BoardTable.base, start)
        set(BoardTable.size, self.chip.size)
        if let die = self.chip.dieOfReads {
            set(BoardTable.die, die)
            isMapped = false
        }
        setWaits(plan)
        set(RegisterChanges(board, on: target), at: BoardTable.registers, count: BoardTable.registerCount)
        set(FlashStartUp(plan), at: BoardTable.steps, count: BoardTable.stepCount)
        setIdentities(([chip] + variants).flatMap(\.identifications))
    }

    /// Whether there is one flash, or two as one memory, whatever they are.
    package static func check(_ board: BoardDefinition) throws(BoardLoaderError) {
        guard board.mode == .dual || board.banks.count == 1 else { throw .twoFlashes(board: board.name) }
    }

    // MARK: Table

    private mutating func set(_ offset: UInt32, _ value: UInt32) { table[offset] = value }
    private mutating func setting(_ offset: UInt32, _ value: UInt32) {
        table[AgentRing.settings + offset] = value
    }
    private mutating func set(_ rows: some TableRows, at place: UInt32, count: UInt32) {
        set(count, UInt32(rows.rows.count))
        for (index, word) in rows.rows.joined().enumerated() { set(place + UInt32(index) * 4, word) }
    }

    private mutating func setController(_ board: BoardDefinition, _ plan: InstructionPlan) {
        // Never undivided: with the bus clock as kernel clock that needs a duty cycle it may not have (ES0392 §2.7.6).
        let fastest = [plan.fastestClock, board.fastestClock].compactMap { $0?.rawValue }.min()
        let kernel = UInt64(Self.cyclesPerMicrosecond) * 1_000_000
        let divisor = max(2, fastest.map { (kernel + UInt64($0) - 1) / max(1, UInt64($0)) } ?? 2)
        let bank: UInt32 = board.mode == .dual ? 1 << 6 : board.banks[0].number == 2 ? 1 << 7 : 0
        // Prescaler, automatic poll stop, FIFO flag at half of it, bank, half a cycle of sampling shift.
        setting(
            AgentSettings.control,
            UInt32(min(divisor, 256) - 1) << 24 | 1 << 22 | (AgentSettings.fifoPiece - 1) << 8 | bank | 1 << 4
                | 1
        )
        // Twice the flash: the end of the map is then far from the flash's, where mapped reads hang (ES0392 §2.7.5). NCS stays
        // high for at least 4 clocks.
        let exponent = UInt32(UInt64(chip.size).bitWidth - (UInt64(chip.size) - 1).leadingZeroBitCount)
        setting(AgentSettings.device, exponent << 16 | 3 << 8)
        setting(AgentSettings.read, plan.readCommand | 1 << 26)
        setting(AgentSettings.map, plan.readCommand | 3 << 26)
        // Mode bits of all ones: of no flash do they mean that the next read comes without an instruction.
        setting(AgentSettings.alternate, .max)
        setting(AgentSettings.cyclesPerMicrosecond, Self.cyclesPerMicrosecond)
        if let clear = plan.clearFailures { set(BoardTable.clearFailures, clear) }
    }

    private mutating func setWaits(_ plan: InstructionPlan) {
        guard let waits = plan.waits else { return }
        set(BoardTable.waitRegister, waits.command)
        set(BoardTable.waitShift, waits.field.bits.lowerBound)
        set(BoardTable.waitMask, 1 << UInt32(waits.field.bits.count) - 1)
        for index in 0..<4 {
            let clocks = (0..<4).map { UInt32(waits.clocks[4 * index + $0]) << UInt32(8 * $0) }
            set(BoardTable.waitClocks + UInt32(4 * index), clocks.reduce(0, |))
        }
    }

    private mutating func setIdentities(_ identifications: [[UInt8]]) {
        var known: [UInt32] = []
        for bytes in identifications {
            let word = bytes.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
            if !known.contains(word) { known.append(word) }
        }
        known = Array(known.prefix(Int(BoardTable.mostIdentities)))
        set(BoardTable.identityCount, UInt32(known.count))
        for (index, word) in known.enumerated() { set(BoardTable.identities + UInt32(index) * 4, word) }
    }

    // MARK: Files

    /// The loader as a file of ST's or CMSIS' kind, which says that its flash is called `name`.
    package func file(_ format: LoaderFormat, named name: String) throws(BoardLoaderError) -> [UInt8] {
        var image = try LoaderImage(format)
        var block = ByteWriter()
        for offset in stride(from: 0, to: BoardTable.end, by: 4) { block.write(table[offset] ?? 0) }
        try image.fill("BoardTable", with: block.bytes)
        switch format {
        case .st: try image.fill(FlashStatement.Record.storageInfo.rawValue, with: storageInfo(name))
        case .cmsis: try image.fill(FlashStatement.Record.flashDevice.rawValue, with: flashDevice(name))
        }
        return image.bytes
    }

    /// A name of no more than `count` bytes, with zeros behind it.
    private static func padded(_ name: String, to count: Int) -> [UInt8] {
        let bytes = Array(name.utf8.prefix(count - 1))
        return bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }

    /// ST's Dev_Inf.h: name, type, start, size, page, erased value, pairs of sector count and size.
    private func storageInfo(_ name: String) -> [UInt8] {
        var record = ByteWriter()
        record.write(contentsOf: Self.padded(name, to: 100))
        // NOR flash in memory-mapped mode, or flash on SPI, which is read by Read.
        record.write(UInt32(isMapped ? 3 : 7))
        for word in [start, chip.size, chip.page, 0xFF, chip.size / max(1, sector), sector] {
            record.write(word)
        }
        return record.bytes
    }

    private static let algorithmPage: UInt32 = 4 << 10
    /// Of a limit in the settings, rounded up.
    private func milliseconds(_ setting: UInt32) -> UInt32 {
        (table[AgentRing.settings + setting] ?? 0) / 1000 + 1
    }

    /// CMSIS' FlashOS.h: version, name, type, start, size, page, erased value, limits in milliseconds, pairs of sector size
    /// and place.
    private func flashDevice(_ name: String) -> [UInt8] {
        var record = ByteWriter()
        record.write(UInt16(0x0101))
        record.write(contentsOf: Self.padded(name, to: 128))
        // External flash on SPI.
        record.write(UInt16(5))
        // Several of the flash's pages in one call: most of a call's time goes into making it.
        let page = max(chip.page, min(sector, Self.algorithmPage))
        let (program, erase) = (
            milliseconds(AgentSettings.programLimit), milliseconds(AgentSettings.erases + 8)
        )
        // Times of the code around what the flash takes are in the least that is said.
        let words = [
            start, chip.size, page, 0, 0xFF, max(100, program * (page / chip.page)), max(3000, erase), sector,
            0,
            .max, .max,
        ]
        for word in words { record.write(word) }
        return record.bytes
    }
}

/// Rows of words, as they stand in the table one behind the other.
protocol TableRows {
    var rows: [[UInt32]] { get }
}
