// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// Chip files that exercise every key, of no real part.
enum ChipFiles {
    static let family = """
        schema: 2
        abstract: true
        page: 256
        registers:
          - {name: SR1, read: 0x05, non-volatile: 0xfc}
          - {name: SR2, read: 0x35, non-volatile: 0x02}
        writes:
          - {opcode: 0x01, registers: [SR1, SR2], fewer-bytes: clear}
        busy: {register: SR1, bit: 0}
        write-enabled: {register: SR1, bit: 1, value: 1}
        quad-enable: {register: SR2, bit: 1, value: 1, jesd216: 4}
        protection:
          kind: winbond
          level: {register: SR1, bits: [2, 4]}
          bottom: {register: SR1, bit: 5}
          complement: {register: SR2, bit: 6}
          unit: 64 KiB
        instructions:
          - {opcode: 0x03, does: read}
          - {opcode: 0xeb, does: read, lines: 1-4-4, mode: 8, dummy: 4, continuous: 0xa0}
          - {opcode: 0x20, does: erase, unit: 4 KiB, typical: 45, maximum: 400}
          - {opcode: 0x52, does: erase, unit: 32 KiB, typical: 120, maximum: 1600}
          - {opcode: 0xd8, does: erase, unit: 64 KiB, typical: 150, maximum: 2000}
        """

    static let chip = """
        schema: 2
        name: sample
        title: Sample of a chip
        extends: family/sample
        sources: ["none: this part does not exist"]
        unknown: [times.reset]
        jedec:
          - [0xef, 0x40, 0x19]
        jedec-more: [0x10, 0x44]
        device-id: 0x18
        size: 32 MiB
        supply: {minimum-volts: 2.7, maximum-volts: 3.6}
        clock: {maximum-megahertz: 133, plain-read-megahertz: 50}
        addressing:
          enter-four: {opcode: 0xb7}
          leave-four: {opcode: 0xe9, write-enable: true}
          extended-register: {read: 0xc8, write: 0xc5, write-enable: true, bits: [0, 0]}
          mode-bit: {register: SR3, bit: 0}
        registers:
          - {name: SR3, read: 0x15}
          - {name: SR2, read: 0x3f, non-volatile: 0x42}
        failures:
          clear: 0x50
          bits: [{register: SR3, bit: 5, value: 1, means: erase}]
        instructions:
          - {opcode: 0x52, absent: true}
          - {opcode: 0xEB, does: read, lines: 1-4-4, mode: 8, dummy: {register: SR3, bits: [4, 7], default: 8, values: {0: 8, 1: 10}}}
          - {opcode: 0x21, does: erase, unit: 4 KiB, address: 4, where: [-128 KiB, 0], typical: 45, maximum: 400}
          - {opcode: 0xc7, does: erase-chip, typical: 80000, maximum: 400000}
        times:
          page-program: {typical: 0.4, maximum: 3}
          suspend: 0.02
        sfdp: >
          53 46 44 50
          06 01
        """

    static let library = DefinitionLibrary { name in
        name == "family/sample" ? .init(path: "family/sample.yaml", text: family) : nil
    }
    static func read(_ text: String = chip) throws(DefinitionError) -> FlashChipDefinition {
        try FlashChipDefinition(yaml: text, file: "chip.yaml", library: library)
    }
}
