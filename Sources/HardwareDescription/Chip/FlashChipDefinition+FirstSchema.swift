// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FlashChipDefinition {
    /// Schema 1: identity, geometry and times, and nothing of registers and instructions.
    ///
    ///     schema: 1
    ///     name: w25q128jv
    ///     title: text for people
    ///     jedec: [[0xef, 0x40, 0x18], …]
    ///     size: 16 MiB
    ///     page: 256
    ///     times:                             # milliseconds
    ///       page-program: {typical: 0.4, maximum: 3}
    ///       erase:
    ///         - {size: 4 KiB, typical: 45, maximum: 400}
    ///       chip-erase: {typical: 40000, maximum: 200000}
    static func firstSchema(_ root: DefinitionNode) throws(DefinitionError) -> FlashChipDefinition {
        let top = try root.mapping(["schema", "name", "title", "jedec", "size", "page", "times"])
        let times = try top["times"].mapping(["page-program", "erase", "chip-erase"])
        var chip = FlashChipDefinition(
            name: try top["name"].text, title: try top["title"].text,
            identifications: try identifications(top["jedec"]), size: try top["size"].bytes(),
            page: try top["page"].bytes())
        chip.pageProgram = try Time(times["page-program"])
        // The file does not say which opcodes: JESD216's usual ones.
        let opcodes: [UInt32: UInt8] = [4 << 10: 0x20, 32 << 10: 0x52, 64 << 10: 0xD8]
        for entry in try times["erase"].list() {
            let keys = try entry.mapping(["size", "typical", "maximum"])
            let size = try keys["size"].bytes()
            var erase = ChipInstruction(opcode: opcodes[size] ?? 0xD8, does: .erase)
            (erase.unit, erase.time) = (size, try Time(keys))
            chip.instructions.append(erase)
        }
        var whole = ChipInstruction(opcode: 0xC7, does: .eraseChip)
        whole.time = try Time(times["chip-erase"])
        chip.instructions.append(whole)
        return chip
    }
}
