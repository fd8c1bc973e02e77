// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials
package import HardwareDescription

/// The QUADSPI, driven through its registers by the debugger itself, without code on the target.
///
/// Slow, 32 bytes at a time, but it needs nothing that a loader could have wrong: for identity, for diagnosis, and for the
/// bytes that neither map nor loader can give.
package final class QuadSPIController: SerialFlashBus {
    let memory: MemoryAccessPort
    let definition: QuadSPIDefinition
    let ports: PortDefinition
    let timebase: any Timebase
    /// Words that ``undoing(_:)`` will write back; nil while nothing is recorded.
    var changes: [(address: UInt32, word: UInt32)]?

    /// What commands send behind the opcode goes on both edges of the clock: for a flash in such a protocol.
    private var isDoubleRate = false

    /// Longest transfer is 32 bytes behind a few of command: microseconds.
    private static let limit: Duration = .milliseconds(100)
    /// What the FIFO holds.
    private static let fifoSize = 32
    /// CTOF, CSMF, CTCF and CTEF of QUADSPI_FCR.
    private static let everyFlag: UInt32 = 0x1B

    package init(memory: MemoryAccessPort, timebase: any Timebase, target: TargetDefinition) {
        (self.memory, self.timebase) = (memory, timebase)
        (definition, ports) = (target.quadSPI, target.ports)
    }

    /// Whether the block answers at all.
    package func isClocked() throws(FlashControllerError) -> Bool { try isOn(definition.clock) }

    package func state() throws(FlashControllerError) -> QuadSPIState {
        let words = try readWords(QuadSPIOffset.readable, at: definition.base)
        func word(_ offset: UInt32) -> UInt32 { words[Int(offset / 4)] }
        return QuadSPIState(
            control: RegisterValue(rawValue: word(QuadSPIOffset.control)),
            device: RegisterValue(rawValue: word(QuadSPIOffset.device)),
            status: RegisterValue(rawValue: word(QuadSPIOffset.status)),
            communication: RegisterValue(rawValue: word(QuadSPIOffset.communication)))
    }

    /// Ends mapped mode or whatever transfer is going on.
    package func release() throws(FlashControllerError) { _ = try released() }

    /// - Returns: the registers as they were before.
    private func released() throws(FlashControllerError) -> QuadSPIState {
        let state = try state()
        guard state.status.isBusy || state.isMapped else { return state }
        var control = state.control
        control.abort = true
        try write(control.rawValue, QuadSPIOffset.control)
        try wait { status in !status.isBusy }
        try write(Self.everyFlag, QuadSPIOffset.flagClear)
        return state
    }

    /// Resets the block through RCC.
    package func reset() throws(FlashControllerError) {
        try set(definition.reset.mask, at: definition.reset.register)
        try clear(definition.reset.mask, at: definition.reset.register)
    }

    /// Puts the controller back into the memory-mapped mode that `state` was in; any other mode has nothing to put back.
    ///
    /// Other modes' CCR is not written again, because that write would send its command again.
    package func restore(_ state: QuadSPIState) throws(FlashControllerError) {
        try release()
        // CR and DCR.
        try writeWords(
            [state.control.rawValue, state.device.rawValue], at: definition.base + QuadSPIOffset.control)
        guard state.isMapped else { return }
        // ES0392: the first read of the map goes wrong while AR, of whatever command came last, is no multiple of four. An empty
        // command first, so that the write of AR starts none.
        try writeWords([0, 0], at: definition.base + QuadSPIOffset.communication)
        try write(state.communication.rawValue, QuadSPIOffset.communication)
    }

    /// Enables the controller, or has it send to one bank alone or to both.
    func select(_ banks: [Int], from state: QuadSPIState) throws(FlashControllerError) {
        var control = state.control
        (control.enable, control.abort) = (true, false)
        (control.dualFlash, control.selectsBank2) = (banks.count > 1, banks == [2])
        try write(control.rawValue, QuadSPIOffset.control)
    }

    /// Has everything that `body` sends and reads behind opcodes go on both edges of the clock, or not.
    ///
    /// SSHIFT must be 0 with that (RM0399, QUADSPI_CR); ``restore(_:)`` puts it back.
    func atDoubleRate<Result>(
        _ isDoubleRate: Bool, from state: QuadSPIState, _ body: () throws(FlashControllerError) -> Result
    ) throws(FlashControllerError) -> Result {
        let old = self.isDoubleRate
        defer { self.isDoubleRate = old }
        self.isDoubleRate = isDoubleRate
        if isDoubleRate {
            var control = state.control
            (control.enable, control.abort, control.sampleShift) = (true, false, false)
            try write(control.rawValue, QuadSPIOffset.control)
        }
        return try body()
    }

    // MARK: SerialFlashBus

    package var banks: [Int] { get throws(FlashControllerError) { try state().banks } }
    package var readLimit: Int { Self.fifoSize }

    package func execute(_ command: SerialCommand) throws(FlashControllerError) -> [[UInt8]] {
        let banks = try released().banks
        let count = command.count * banks.count
        precondition(count <= readLimit, "more than the FIFO holds")
        let base = definition.base
        // DLR, CCR and AR, of which the last one starts the command.
        var communication = command.communication
        communication.isDoubleRate = isDoubleRate
        communication.delaysByQuarter = isDoubleRate
        var words = [UInt32(max(count, 1) - 1), communication.rawValue]
        // Each of two flashes gets half of the address (RM0399 §24.3.9).
        if let address = command.address { words.append(banks.count > 1 ? address << 1 : address) }
        try writeWords(words, at: base + QuadSPIOffset.dataLength)
        // The FIFO holds all of it, so that no read of it can stall the bus.
        try wait { status in status.transferComplete && Int(status.fifoLevel) >= count }
        let bytes = try readFIFO(count)
        try write(Self.everyFlag, QuadSPIOffset.flagClear)
        // With both banks, even bytes are bank 1's and odd ones bank 2's (RM0399 §24.3.9).
        return banks.indices.map { index in
            stride(from: index, to: bytes.count, by: banks.count).map { bytes[$0] }
        }
    }

    private func readFIFO(_ count: Int) throws(FlashControllerError) -> [UInt8] {
        let port = definition.base + QuadSPIOffset.data
        var bytes: [UInt8] = []
        if count >= 4 {
            let words = try perform((0..<count / 4).map { _ in .read(port) })
            bytes = words.flatMap(\.littleEndianBytes)
        }
        while bytes.count < count {
            do { bytes += try memory.read(1, at: port) } catch { throw .access(error) }
        }
        return bytes
    }

    private func wait(
        _ isDone: (RegisterValue<QuadSPIStatus>) -> Bool
    ) throws(FlashControllerError) {
        var status = RegisterValue<QuadSPIStatus>()
        let deadline = Deadline(in: Self.limit, on: timebase)
        while true {
            let isLast = deadline.hasPassed
            status = RegisterValue(
                rawValue: try perform([.read(definition.base + QuadSPIOffset.status)])[0])
            if isDone(status) { return }
            if isLast { throw .stuck(status: status.rawValue, after: Self.limit) }
            timebase.wait(for: .microseconds(100))
        }
    }
}

extension SerialCommand {
    fileprivate var communication: RegisterValue<QuadSPICommunication> {
        var value = RegisterValue<QuadSPICommunication>()
        value.instruction = opcode
        value.instructionLines = 1
        if address != nil {
            value.addressLines = 1
            value.addressSize = min(max(addressBytes, 1), 4) - 1
        }
        value.dummyCycles = dummyCycles
        if count > 0 {
            value.dataLines = dataLines == 4 ? 3 : dataLines
            value.functionalMode = .indirectRead
        }
        return value
    }
}
