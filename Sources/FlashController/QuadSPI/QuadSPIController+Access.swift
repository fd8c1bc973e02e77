// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import HardwareDescription

extension QuadSPIController {
    func write(_ value: UInt32, _ offset: UInt32) throws(FlashControllerError) {
        _ = try perform([.write(definition.base + offset, value)])
    }

    func isOn(_ gate: ClockGate) throws(FlashControllerError) -> Bool {
        try clocks([gate]).areOn(gate)
    }
    func clocks(_ gates: [ClockGate]) throws(FlashControllerError) -> ClockEnables {
        try ClockEnables(gates) { (count, address) throws(FlashControllerError) in
            try readWords(count, at: address)
        }
    }

    func set(_ bits: UInt32, at address: UInt32) throws(FlashControllerError) {
        try replace(bits, by: bits, at: address)
    }
    func clear(_ bits: UInt32, at address: UInt32) throws(FlashControllerError) {
        try replace(bits, by: 0, at: address)
    }
    func replace(_ mask: UInt32, by bits: UInt32, at address: UInt32) throws(FlashControllerError) {
        let old = try perform([.read(address)])[0]
        guard old & mask != bits else { return }
        changes?.append((address, old))
        _ = try perform([.write(address, old & ~mask | bits)])
    }

    /// Lends the controller to `body`, whatever state it is in; then clocks, pins and controller are as they were.
    ///
    /// `body` gets the registers as they were found, and ends mapped mode itself (``release()``).
    func borrowing<Result>(
        _ body: (QuadSPIState) throws(FlashControllerError) -> Result
    ) throws(FlashControllerError) -> Result {
        try undoing { () throws(FlashControllerError) in
            try set(1 << definition.clock.bit, at: definition.clock.registers[0])
            let state = try state()
            let result: Result
            do throws(FlashControllerError) { result = try body(state) } catch {
                throw .after(error) { () throws(FlashControllerError) in try giveBack(state) }
            }
            try giveBack(state)
            return result
        }
    }

    private func giveBack(_ state: QuadSPIState) throws(FlashControllerError) {
        guard state.isUntouched else { return try restore(state) }
        try release()
        try reset()
    }

    /// Puts back what clocks and pins were before `body` changed them.
    func undoing<Result>(
        _ body: () throws(FlashControllerError) -> Result
    ) throws(FlashControllerError) -> Result {
        changes = []
        defer { changes = nil }
        let result: Result
        do { result = try body() } catch {
            throw .after(error, putBack)
        }
        try putBack()
        return result
    }

    private func putBack() throws(FlashControllerError) {
        _ = try perform((changes ?? []).reversed().map { .write($0.address, $0.word) })
    }

    /// Words at consecutive addresses, in one transfer.
    func readWords(_ count: Int, at address: UInt32) throws(FlashControllerError) -> [UInt32] {
        do { return try memory.readWords(count, at: address) } catch { throw .access(error) }
    }
    func writeWords(_ words: [UInt32], at address: UInt32) throws(FlashControllerError) {
        do { try memory.writeWords(words, at: address) } catch { throw .access(error) }
    }
    func perform(_ accesses: [WordAccess]) throws(FlashControllerError) -> [UInt32] {
        do { return try memory.perform(accesses) } catch { throw .access(error) }
    }
}
