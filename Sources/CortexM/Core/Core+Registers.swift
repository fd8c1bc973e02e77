// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// The register transfer is done in a few cycles; only a core without a clock needs longer.
    private static let registerLimit: Duration = .milliseconds(100)

    package func readRegister(_ register: CoreRegister) throws(CoreError) -> UInt32 {
        try readRegisters([register])[0]
    }

    package func writeRegister(_ register: CoreRegister, _ value: UInt32) throws(CoreError) {
        try writeRegisters([(register, value)])
    }

    /// Reads several registers in one batch.
    ///
    /// The core must be halted.
    package func readRegisters(_ registers: [CoreRegister]) throws(CoreError) -> [UInt32] {
        let words = try access(.registers) { () throws(DebugAccessError) in
            try memory.perform(
                registers.flatMap { register in
                    [
                        .write(SystemAddress.coreRegisterSelector, Self.selector(register, isWrite: false)),
                        .read(SystemAddress.debugHaltingControl),
                        .read(SystemAddress.coreRegisterData),
                    ]
                })
        }
        var values: [UInt32] = []
        for (index, register) in registers.enumerated() {
            // Data that was there before the status said ready may be the register before.
            if try isReady(words[index * 2]) {
                values.append(words[index * 2 + 1])
            } else {
                values.append(try readSlowly(register))
            }
        }
        return values
    }

    /// Writes several registers in one batch.
    ///
    /// The core must be halted.
    package func writeRegisters(_ values: [(register: CoreRegister, value: UInt32)]) throws(CoreError) {
        let words = try access(.registers) { () throws(DebugAccessError) in
            try memory.perform(
                values.flatMap { item in
                    [
                        .write(SystemAddress.coreRegisterData, item.value),
                        .write(
                            SystemAddress.coreRegisterSelector, Self.selector(item.register, isWrite: true)),
                        .read(SystemAddress.debugHaltingControl),
                    ]
                })
        }
        var areReady = true
        for word in words where try !isReady(word) { areReady = false }
        if areReady { return }
        // One was overtaken by the next: all again, waiting for each.
        for item in values { try writeSlowly(item.register, item.value) }
    }

    private func isReady(_ word: UInt32) throws(CoreError) -> Bool {
        let status = note(word)
        guard status.isHalted else { throw .notHalted(core: name, status, during: .registers) }
        return status.isRegisterReady
    }

    private func readSlowly(_ register: CoreRegister) throws(CoreError) -> UInt32 {
        try write(
            Self.selector(register, isWrite: false), SystemAddress.coreRegisterSelector, during: .registers)
        try waitUntilReady(register)
        return try read(SystemAddress.coreRegisterData, during: .registers)
    }

    private func writeSlowly(_ register: CoreRegister, _ value: UInt32) throws(CoreError) {
        try write(value, SystemAddress.coreRegisterData, during: .registers)
        try write(
            Self.selector(register, isWrite: true), SystemAddress.coreRegisterSelector, during: .registers)
        try waitUntilReady(register)
    }

    private func waitUntilReady(_ register: CoreRegister) throws(CoreError) {
        let isReady = try timebase.poll(within: Self.registerLimit) { () throws(CoreError) in
            try status().isRegisterReady
        }
        guard isReady else { throw .registerNotReady(core: name, register, after: Self.registerLimit) }
    }

    private static func selector(_ register: CoreRegister, isWrite: Bool) -> UInt32 {
        var value = RegisterValue<CoreRegisterSelector>()
        value.register = register.rawValue
        value.isWrite = isWrite
        return value.rawValue
    }
}
