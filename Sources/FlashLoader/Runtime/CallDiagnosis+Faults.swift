// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription
import ObjectFiles

/// Why the core faulted, from the fault registers, the instruction and what is at the address.
extension CallDiagnosis {
    /// Cause, place and registers; `isBlamed`: a function is known that takes too much stack.
    func findings(ofFault mortem: CallPostMortem, isBlamed: Bool) -> [LoaderFinding] {
        let fault = mortem.fault
        let status = fault.configurable
        var cause = cause(of: mortem)
        if isBlamed, case .stacking(let pointer) = cause { cause = .stackOverflow(pointer: pointer) }
        // What could not be stacked cannot be read back.
        guard let frame = fault.frame, !status.busStacking, !status.memoryStacking else {
            let explained = mortem.status.isLockedUp ? FaultCause.lockedUp(cause) : cause
            return [.fault(explained)] + (mortem.samples.last.map { caller($0.lr) } ?? [])
                + [.registers(registers(mortem))]
        }
        var findings: [LoaderFinding] = [.fault(cause), .faultedIn(program.describe(frame.pc))]
        let callers = caller(frame.lr)
        if !isCode(frame.pc), case .calledFrom(let place)? = callers.first {
            findings.append(.jumpedFrom(place))
        } else {
            findings += callers
        }
        return findings + [.registers(registers(mortem))]
    }

    private func isCode(_ address: UInt32) -> Bool {
        program.code.contains { $0.contains(UInt64(address)) }
    }

    /// As the frame has them, else as they are.
    private func registers(_ mortem: CallPostMortem) -> String {
        let fault = mortem.fault
        var parts: [String] = []
        if let frame = fault.frame {
            parts = ["pc \(frame.pc.hex)", "lr \(frame.lr.hex)"]
        } else if let sample = mortem.samples.last {
            parts = ["pc \(sample.pc.hex)", "lr \(sample.lr.hex)"]
        }
        if let sample = mortem.samples.last { parts.append("sp \(sample.sp.hex)") }
        parts += fault.generalAtFault.enumerated().map { "r\($0.offset) \($0.element.hex)" }
        parts += ["CFSR \(fault.configurable.rawValue.hex)", "HFSR \(fault.hard.rawValue.hex)"]
        return parts.joined(separator: " ")
    }

    // MARK: The cause

    private func cause(of mortem: CallPostMortem) -> FaultCause {
        let fault = mortem.fault
        let status = fault.configurable
        if status.busStacking || status.memoryStacking || status.busUnstacking || status.memoryUnstacking {
            return .stacking(pointer: mortem.samples.last?.sp ?? 0)
        }
        if status.preciseBus, let address = fault.busAddress { return dataCause(address, fault) }
        if status.dataAccessViolation, let address = fault.memoryAddress { return .protectedMemory(address) }
        if status.impreciseBus { return .earlierStore }
        if status.divideByZero { return .divideByZero }
        if status.unaligned {
            let access = fault.frame.flatMap { accessed(at: $0.pc, fault) }
            if let access, let address = access.address, Self.isNearUnset(address) {
                return .unsetPointer(address, isStore: access.isStore)
            }
            return .unaligned(access?.address)
        }
        if let place = fault.frame?.pc, let cause = codeCause(place, fault) { return cause }
        if status.invalidProgramCounter { return .invalidReturn(link: fault.frame?.lr ?? 0) }
        if status.noCoprocessor { return .floatingPointOff }
        if status.undefinedInstruction { return .undefinedInstruction(nil) }
        if fault.hard.vectorTableRead { return .vectorTable }
        return .other(fault.lines.first ?? "a fault")
    }

    /// What is wrong with the instruction or with where it is.
    private func codeCause(_ place: UInt32, _ fault: FaultReport) -> FaultCause? {
        let status = fault.configurable
        if status.invalidState {
            if place & ~1 == 0 { return .nullCall }
            return .armState(place)
        }
        if status.instructionAccessViolation { return .notExecutable(place) }
        if status.instructionBus { return .fetch(place) }
        let code = instruction(at: place)
        if status.noCoprocessor || status.undefinedInstruction {
            if !isCode(place), let content = content(at: place) { return .outsideCode(place, content) }
            guard let code else { return nil }
            if code >> 24 == 0xDE { return .trap(UInt8(truncatingIfNeeded: code >> 16)) }
            guard status.noCoprocessor else {
                return .undefinedInstruction(code >> 16 < 0xE800 ? code >> 16 : code)
            }
            let coprocessor = UInt8(truncatingIfNeeded: code >> 8 & 15)
            return [10, 11].contains(coprocessor) ? .floatingPointOff : .noCoprocessor(coprocessor)
        }
        // SVC escalates without a bit in CFSR; it is the instruction before.
        guard status.rawValue == 0, let call = instruction(at: place &- 2), call >> 24 == 0xDF else {
            return nil
        }
        return .supervisorCall(UInt8(truncatingIfNeeded: call >> 16))
    }

    private func dataCause(_ address: UInt32, _ fault: FaultReport) -> FaultCause {
        let isStore = fault.frame.flatMap { accessed(at: $0.pc, fault)?.isStore } ?? false
        if target.mappedFlash.contains(address) { return flashCause(address, isStore) }
        if let memory = target.memoryList.first(where: { $0.range.contains(address) }) {
            return memory.kind == .ram
                ? .unclockedMemory(address, name: memory.name) : .noMemory(address, isStore: isStore)
        }
        if RegisterName.peripherals.contains(address) { return .noPeripheral(address) }
        if Self.isNearUnset(address) { return .unsetPointer(address, isStore: isStore) }
        if (0x6000_0000...0x8FFF_FFFF).contains(address) || (0xC000_0000...0xDFFF_FFFF).contains(address) {
            return .externalMemory(address)
        }
        return .noMemory(address, isStore: isStore)
    }

    private func flashCause(_ address: UInt32, _ isStore: Bool) -> FaultCause {
        if isStore { return .flashIsReadOnly(address) }
        do {
            guard try controller.isClocked() else { return .flashNotMapped(address, mode: nil) }
            let state = try controller.state()
            if state.isMapped { return .beyondMappedFlash(address) }
            let mode =
                state.control.enable
                ? "QUADSPI_CCR \(state.communication.rawValue.hex)" : "the QUADSPI is not enabled"
            return .flashNotMapped(address, mode: mode)
        } catch {
            return .flashNotMapped(address, mode: "[\(error.code)]")
        }
    }

    /// What stack and memory that nobody cleared hold, and all ones; a field of a structure may be behind it.
    private static func isNearUnset(_ address: UInt32) -> Bool {
        let reach: UInt32 = 0x1000
        return [CallSite.pattern, LoadedLoader.unclearedWord].contains { address &- $0 < reach }
            || address &+ 0x100 < reach
    }

    // MARK: The instruction

    /// At an address in RAM, the first halfword high; nil where it cannot be read.
    private func instruction(at address: UInt32) -> UInt32? {
        let bytes: [UInt8]
        // Where nothing can be read there is no instruction to tell of.
        do { bytes = try memory.read(4, at: address & ~1) } catch { return nil }
        guard bytes.count == 4 else { return nil }
        return UInt32(bytes[1]) << 24 | UInt32(bytes[0]) << 16 | UInt32(bytes[3]) << 8 | UInt32(bytes[2])
    }

    /// Where the load or store at `place` goes to.
    private func accessed(at place: UInt32, _ fault: FaultReport) -> (address: UInt32?, isStore: Bool)? {
        guard let code = instruction(at: place) else { return nil }
        let decoder = ThumbDecoder { $0 == place ? code >> 16 : $0 == place &+ 2 ? code & 0xFFFF : nil }
        guard let it = decoder.instruction(at: place), let access = it.access else { return nil }
        let registers = fault.generalAtFault
        if let base = it.indexBase, base < registers.count { return (registers[base], access.isStore) }
        guard access.base < registers.count else { return (nil, access.isStore) }
        return (registers[access.base] &+ UInt32(bitPattern: access.offset), access.isStore)
    }

    private func content(at place: UInt32) -> FaultCause.Memory? {
        let words: [UInt32]
        do { words = try memory.readWords(2, at: place & ~3) } catch { return nil }
        if words.allSatisfy({ $0 == .max }) { return .erased }
        if words.allSatisfy({ $0 == 0 }) { return .zeros }
        return words.contains(CallSite.pattern) ? .unusedStack : .data
    }

    // MARK: Waits

    /// What a function that does not come back waits for, as far as its loop shows it.
    func waits(_ mortem: CallPostMortem) -> [LoaderFinding] {
        guard let sample = mortem.samples.last else { return [] }
        for place in Set(mortem.samples.map(\.pc)).sorted() {
            for address in [place, place &- 2] where isCode(address) {
                guard let code = instruction(at: address) else { continue }
                if code >> 16 == 0xBF30 { return [.sleeps("WFI")] }
                if code >> 16 == 0xBF20 { return [.sleeps("WFE")] }
            }
        }
        guard mortem.samples.count > 1, let address = polled(at: sample.pc, mortem.fault.general) else {
            return []
        }
        return [.waitsFor(address)]
    }

    /// The register of a peripheral that the innermost loop around `place` loads, by constants or by what the core's
    /// registers hold there.
    private func polled(at place: UInt32, _ registers: [UInt32]) -> UInt32? {
        let map = CodeMap(program)
        guard let symbol = program.function(at: place), let function = map.function(at: symbol.address),
            let loop = function.loops.filter({ $0.range.contains(place) }).min(by: {
                $0.range.count < $1.range.count
            })
        else { return nil }
        let known = loop.loads.compactMap(\.self).first(where: RegisterName.peripherals.contains)
        if let known { return known }
        let decoder = ThumbDecoder { map.halfword($0) }
        var address = loop.range.lowerBound
        while loop.range.contains(address), let it = decoder.instruction(at: address) {
            if let access = it.access, !access.isStore, access.base < registers.count {
                let register = registers[access.base] &+ UInt32(bitPattern: access.offset)
                if RegisterName.peripherals.contains(register) { return register }
            }
            address &+= UInt32(it.size)
        }
        return nil
    }
}
