// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FlashChipDefinition {
    /// Whether the part has an instruction with this opcode, sent on one line.
    package func understands(_ opcode: UInt8) -> Bool {
        (instructions + doubleRateInstructions).contains { $0.opcode == opcode }
            || registerWrites.contains { $0.opcode == opcode }
            || otherOpcodes.contains(opcode)
    }

    /// Those that stand beside the list of instructions: of registers, addressing, failures and locks.
    static func otherOpcodes(_ top: DefinitionMapping) throws(DefinitionError) -> Set<UInt8> {
        var opcodes: Set<UInt8> = []
        func take(_ node: DefinitionNode?) throws(DefinitionError) {
            if let node { opcodes.insert(try node.byte()) }
        }
        for entry in try top.optional("registers")?.list(upTo: DefinitionNode.listLimit) ?? [] {
            guard let read = try entry.value(of: "read") else { continue }
            for node in read.isScalar ? [read] : try read.list(upTo: 4) { try take(node) }
        }
        if let addressing = top.optional("addressing") {
            for key in ["enter-four", "leave-four"] {
                try take(try addressing.value(of: key)?.value(of: "opcode"))
            }
            let extended = try addressing.value(of: "extended-register")
            for key in ["read", "write"] { try take(try extended?.value(of: key)) }
        }
        try take(top.optional("volatile-write-enable"))
        try take(try top.optional("failures")?.value(of: "clear"))
        let locks = try top.optional("protection")?.value(of: "individual")
        for key in ["lock", "unlock", "read-lock", "lock-all", "unlock-all"] {
            try take(try locks?.value(of: key))
        }
        return opcodes
    }
}
