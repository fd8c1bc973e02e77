// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CUnicorn

/// One Cortex-M7 of Unicorn that executes single instructions.
///
/// UC_MODE_MCLASS must stay off: with it Unicorn takes a Cortex-M33 whatever model is asked for.
final class UnicornOracle {
    enum Outcome {
        case executed
        /// Undefined instruction, memory error, or an exception.
        case refused
    }

    private let engine: OpaquePointer
    private var hooks = [uc_hook](repeating: 0, count: 2)
    private let registers: [Int32]
    private let values: UnsafeMutablePointer<UInt32>
    private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var interrupt: UInt32?
    private var executed = 0
    private var wanted = 1
    /// What Unicorn said, for messages.
    private(set) var lastResult = ""

    /// Nil where the library has no such model.
    init?(
        code: UnsafeMutableRawPointer, at codeBase: UInt32, data: UnsafeMutableRawPointer,
        at dataBase: UInt32, size: Int
    ) {
        var opened: OpaquePointer?
        guard uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &opened) == UC_ERR_OK, let opened else { return nil }
        engine = opened
        registers = DifferentialState.unicornRegisters
        values = .allocate(capacity: registers.count)
        pointers = .allocate(capacity: registers.count)
        for index in registers.indices { pointers[index] = UnsafeMutableRawPointer(values + index) }
        let all = UInt32(UC_PROT_ALL.rawValue),
            readWrite = UInt32(UC_PROT_READ.rawValue | UC_PROT_WRITE.rawValue)
        guard cuc_set_cpu_model(engine, Int32(UC_CPU_ARM_CORTEX_M7.rawValue)) == UC_ERR_OK,
            uc_mem_map_ptr(engine, UInt64(codeBase), size, all, code) == UC_ERR_OK,
            uc_mem_map_ptr(engine, UInt64(dataBase), size, readWrite, data) == UC_ERR_OK
        else { return nil }
        var access: UInt32 = 0xF0_0000, enabled: UInt32 = 1 << 30
        uc_reg_write(engine, Int32(UC_ARM_REG_C1_C0_2.rawValue), &access)
        uc_reg_write(engine, Int32(UC_ARM_REG_FPEXC.rawValue), &enabled)
        addHooks()
    }
    deinit {
        uc_close(engine)
        values.deallocate()
        pointers.deallocate()
    }

    private func addHooks() {
        let user = Unmanaged.passUnretained(self).toOpaque()
        let onInterrupt: @convention(c) (OpaquePointer?, UInt32, UnsafeMutableRawPointer?) -> Void = {
            engine, number, user in
            guard let user else { return }
            Unmanaged<UnicornOracle>.fromOpaque(user).takeUnretainedValue().interrupt = number
            uc_emu_stop(engine)
        }
        let onInstruction: @convention(c) (OpaquePointer?, UInt64, UInt32, UnsafeMutableRawPointer?) -> Void =
            {
                engine, _, _, user in
                guard let user else { return }
                let oracle = Unmanaged<UnicornOracle>.fromOpaque(user).takeUnretainedValue()
                oracle.executed += 1
                if oracle.executed > oracle.wanted { uc_emu_stop(engine) }
            }
        _ = cuc_hook_add(
            engine, &hooks[0], Int32(UC_HOOK_INTR.rawValue),
            unsafeBitCast(onInterrupt, to: UnsafeMutableRawPointer.self), user, 1, 0)
        _ = cuc_hook_add(
            engine, &hooks[1], Int32(UC_HOOK_CODE.rawValue),
            unsafeBitCast(onInstruction, to: UnsafeMutableRawPointer.self), user, 1, 0)
    }

    /// Executes `count` instructions at `address` from `state`, which afterwards holds the result.
    func execute(_ count: Int = 1, at address: UInt32, _ state: inout DifferentialState) -> Outcome {
        // Translated blocks do not notice that the code changed.
        _ = cuc_remove_cache(engine, UInt64(address), UInt64(address) + 16)
        state.pc = address
        state.withWords { words in
            for index in registers.indices { values[index] = words[index] }
        }
        // Only a write of the A-profile CPSR sets GE; it must keep the mode and the Thumb bit.
        values[16] = state.status & 0xF80F_0000 | 0x1F3
        var identifiers = registers
        _ = uc_reg_write_batch(engine, &identifiers, pointers, Int32(registers.count))
        (interrupt, executed, wanted) = (nil, 0, count)
        let result = uc_emu_start(engine, UInt64(address) | 1, 0xFFFF_FFFE, 0, 0)
        _ = uc_reg_read_batch(engine, &identifiers, pointers, Int32(registers.count))
        state.withMutableWords { words in
            for index in registers.indices { words[index] = values[index] }
        }
        // A branch to nowhere, or to where M-profile cores return from exceptions, fails at the next fetch: the instruction
        // itself was done. So does one to an even address: there it finds no instruction of the ARM state.
        lastResult = "error \(result.rawValue), interrupt \(interrupt ?? 0), \(executed) executed"
        let isFetchError = result == UC_ERR_FETCH_UNMAPPED || result == UC_ERR_FETCH_PROT || interrupt == 3
        let isARMState = state.status & 0x20 == 0
        if result == UC_ERR_INSN_INVALID, isARMState { return .executed }
        if isFetchError { return executed == count && state.pc != address ? .executed : .refused }
        return (result == UC_ERR_OK || executed > count) && interrupt == nil ? .executed : .refused
    }
}
