// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials
package import HardwareDescription
import TargetControl

/// The flash, asked through the controller's registers by the debugger itself, without code on the target.
///
/// Slow, 32 bytes at a time, but it needs nothing that a loader could have wrong: for identity, for diagnosis, and for the
/// bytes that neither map nor loader can give. Takes the controller out of memory-mapped mode; a loader's Init brings
/// it back.
package final class DebuggerQuadSPI {
    let memory: MemoryAccessPort
    let definition: QuadSPIDefinition
    private let timebase: any Timebase

    /// Longest transfer is 32 bytes behind a few of command: microseconds.
    private static let limit: Duration = .milliseconds(100)

    package init(memory: MemoryAccessPort, timebase: any Timebase, definition: QuadSPIDefinition) {
        (self.memory, self.timebase, self.definition) = (memory, timebase, definition)
    }

    package func state() throws(LoaderError) -> QuadSPIState {
        let base = definition.base
        let words = try perform([
            .read(base + QuadSPIOffset.control), .read(base + QuadSPIOffset.device),
            .read(base + QuadSPIOffset.status), .read(base + QuadSPIOffset.communication),
        ])
        return QuadSPIState(
            control: RegisterValue(rawValue: words[0]), device: RegisterValue(rawValue: words[1]),
            status: RegisterValue(rawValue: words[2]), communication: RegisterValue(rawValue: words[3]))
    }

    /// Ends mapped mode or whatever transfer is going on.
    package func release() throws(LoaderError) {
        let state = try state()
        if state.status.isBusy || state.isMapped {
            var control = state.control
            control.abort = true
            try write(control.rawValue, QuadSPIOffset.control)
        }
        try wait { status in !status.isBusy }
        try write(0x1B, QuadSPIOffset.flagClear)
    }

    /// Sends a command and gives back what the flash answers.
    func execute(_ command: QuadSPICommand) throws(LoaderError) -> [UInt8] {
        precondition(command.count <= QuadSPICommand.readLimit, "more than the FIFO holds")
        try release()
        let base = definition.base
        var accesses: [WordAccess] = []
        if command.count > 0 {
            accesses.append(.write(base + QuadSPIOffset.dataLength, UInt32(command.count - 1)))
        }
        accesses.append(.write(base + QuadSPIOffset.communication, command.communication))
        if let address = command.address { accesses.append(.write(base + QuadSPIOffset.address, address)) }
        _ = try perform(accesses)
        // The FIFO holds all of it, so that no read of it can stall the bus.
        try wait { status in status.transferComplete && Int(status.fifoLevel) >= command.count }
        let bytes = try readFIFO(command.count)
        try write(0x1B, QuadSPIOffset.flagClear)
        return bytes
    }

    private func readFIFO(_ count: Int) throws(LoaderError) -> [UInt8] {
        let port = definition.base + QuadSPIOffset.data
        var bytes: [UInt8] = []
        if count >= 4 {
            let words = try perform((0..<count / 4).map { _ in .read(port) })
            bytes = words.flatMap(\.littleEndianBytes)
        }
        while bytes.count < count {
            do { bytes += try memory.read(1, at: port) } catch { throw .access(error, during: .controller) }
        }
        return bytes
    }

    private func wait(_ isDone: (RegisterValue<QuadSPIStatus>) -> Bool) throws(LoaderError) {
        var status = RegisterValue<QuadSPIStatus>()
        let deadline = Deadline(in: Self.limit, on: timebase)
        while true {
            let isLast = deadline.hasPassed
            status = RegisterValue(
                rawValue: try perform([.read(definition.base + QuadSPIOffset.status)])[0])
            if isDone(status) { return }
            if isLast { throw .controllerStuck(status: status.rawValue) }
            timebase.wait(for: .microseconds(100))
        }
    }

    func write(_ value: UInt32, _ offset: UInt32) throws(LoaderError) {
        _ = try perform([.write(definition.base + offset, value)])
    }

    func perform(_ accesses: [WordAccess]) throws(LoaderError) -> [UInt32] {
        do { return try memory.perform(accesses) } catch { throw .access(error, during: .controller) }
    }
}
