// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The instructions of one interface (one line or four for the opcode), found by opcode in one step.
struct FlashInstructionTable: Hashable, Sendable {
    private(set) var instructions: [FlashInstruction] = []
    /// Place in `instructions` by opcode; 255: none.
    private var places = [UInt8](repeating: .max, count: 256)

    /// Nil is an opcode the part ignores.
    @inline(__always) subscript(opcode: UInt8) -> FlashInstruction? {
        let place = places[Int(opcode)]
        return place == .max ? nil : instructions[Int(place)]
    }

    /// False if the opcode is taken.
    mutating func add(_ instruction: FlashInstruction) -> Bool {
        guard places[Int(instruction.opcode)] == .max, instructions.count < 255 else { return false }
        places[Int(instruction.opcode)] = UInt8(instructions.count)
        instructions.append(instruction)
        return true
    }

    /// One more stretch for an erase; an opcode without an instruction stays without.
    mutating func append(_ erase: FlashErase, to opcode: UInt8) {
        let place = places[Int(opcode)]
        if place != .max { instructions[Int(place)].erases.append(erase) }
    }
}
