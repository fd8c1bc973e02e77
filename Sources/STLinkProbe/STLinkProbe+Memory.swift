// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
import Essentials

extension STLinkProbe {
    /// Nil where the firmware cannot reach that AP with memory commands, or lacks one of the widths.
    package func blockMemory(accessPort: UInt8) throws(ProbeError) -> (any BlockMemory)? {
        guard version.has(.blockMemory), accessPort == 0 || version.has(.memoryAccessControl) else {
            return nil
        }
        return STLinkMemory(behind: accessPort, of: self)
    }
}

/// Memory behind one access port, moved by the probe's firmware.
final class STLinkMemory: BlockMemory {
    private let probe: STLinkProbe
    private let accessPort: UInt8
    private let limits: STLinkBlockLimits

    init(behind accessPort: UInt8, of probe: STLinkProbe) {
        (self.accessPort, self.probe) = (accessPort, probe)
        limits = STLinkBlockLimits(probe.version)
    }

    var acceptsCSW: Bool { probe.version.has(.memoryAccessControl) }

    func maximumCount(_ width: AccessWidth) -> Int { limits.maximumCount(width) }

    func read(_ count: Int, at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError) -> [UInt8]
    {
        if isRegister(count, at: address, width) {
            return try runWord(ReadWord(address: address), at: address)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for piece in limits.pieces(of: count, at: address, width: width, isRead: true) {
            let command = ReadMemory(block: block(piece, width, csw))
            bytes += try run(command)
        }
        return bytes
    }

    /// One status for all blocks, where the firmware would be asked for each.
    func readUnchecked(_ count: Int, at address: UInt32, csw: UInt32) throws(ProbeError) -> [UInt8] {
        _ = try probe.requireSession()
        if let status = try probe.open(accessPort: accessPort) { throw failure(status, at: address) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var pieces = limits.pieces(of: count, at: address, width: .word, isRead: true)[...]
        guard let last = pieces.popLast() else { return [] }
        for piece in pieces {
            let block = block(piece, .word, csw)
            let command = ReadMemory(block: block)
            bytes += try STLinkProbe.value(
                of: command, probe.channel.run(command, within: duration(of: block)))
        }
        return try bytes + run(ReadMemory(block: block(last, .word, csw)))
    }

    func write(_ bytes: [UInt8], at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError) {
        if isRegister(bytes.count, at: address, width) {
            return try runWord(WriteWord(address: address, bytes: bytes), at: address)
        }
        var sent = 0
        for piece in limits.pieces(of: bytes.count, at: address, width: width, isRead: false) {
            let payload = Array(bytes[sent..<sent + piece.count])
            try run(WriteMemory(block: block(piece, width, csw), payload: payload))
            sent += piece.count
        }
    }

    /// A word of a peripheral, or of the Cortex-M7's private peripheral bus, behind AP 0.
    ///
    /// Run control and set-up are made of these, and the word commands take one round trip where a block takes two. They
    /// go out with the firmware's own CSW, which makes no difference there: neither is ever cached (ARMv7-M B3.1).
    private func isRegister(_ count: Int, at address: UInt32, _ width: AccessWidth) -> Bool {
        accessPort == 0 && width == .word && count == 4 && (address >> 20 == 0xe00 || address >> 29 == 2)
    }

    private func runWord<Command: STLinkCommand>(
        _ command: Command, at address: UInt32
    ) throws(ProbeError) -> Command.Response {
        _ = try probe.requireSession()
        if let status = try probe.open(accessPort: accessPort) { throw failure(status, at: address) }
        switch try probe.attempt(command) {
        case .done(let response): return response
        case .failed(let status): throw failure(status, at: address)
        }
    }

    private func block(_ piece: STLinkBlockLimits.Piece, _ width: AccessWidth, _ csw: UInt32) -> MemoryBlock {
        var block = MemoryBlock(address: piece.address, count: UInt16(piece.count), width: width)
        if acceptsCSW { (block.accessPort, block.csw) = (accessPort, csw) }
        return block
    }

    /// The access, and the question how it went.
    ///
    /// Both are repeated while the target is busy.
    private func run<Command: MemoryCommand>(_ command: Command) throws(ProbeError) -> Command.Response {
        _ = try probe.requireSession()
        let block = command.block
        if let status = try probe.open(accessPort: accessPort) { throw failure(status, at: block.address) }
        let limit = duration(of: block)
        var faultAddress: UInt32 = 0
        let reply = try probe.retryingWait { () throws(ProbeError) -> STLinkReply<Command.Response> in
            let response = try STLinkProbe.value(of: command, probe.channel.run(command, within: limit))
            let outcome = try STLinkProbe.value(
                of: GetLastMemoryStatus(), probe.channel.run(GetLastMemoryStatus(), within: limit))
            faultAddress = outcome.faultAddress
            return outcome.status.isSuccess ? .done(response) : .failed(outcome.status)
        }
        switch reply {
        case .done(let response): return response
        case .failed(let status):
            // Some firmware leaves 0 or nonsense in the address.
            let isInside = faultAddress &- block.address < UInt32(block.count)
            throw failure(status, at: isInside ? faultAddress : block.address)
        }
    }

    /// Even at the slowest clock the probe must be given the time the wire takes.
    private func duration(of block: MemoryBlock) -> Duration {
        let clocksPerAccess = 200  // up to four transfers of 46 clocks, and idle ones
        let accesses = Int(block.count) / block.width.rawValue
        let clock = max(1, Int(probe.clock.rawValue))
        return STLinkChannel.patience + .microseconds(accesses * clocksPerAccess * 1_000_000 / clock)
    }

    private func failure(_ status: STLinkStatus, at address: UInt32) -> ProbeError {
        if let answer = status.acknowledge {
            .memoryAccess(answer, address: address, status: status.rawValue)
        } else {
            .refused(command: "memory access", status: status.rawValue, meaning: status.meaning)
        }
    }
}

/// A command that moves one block.
protocol MemoryCommand: STLinkCommand {
    var block: MemoryBlock { get }
}
extension ReadMemory: MemoryCommand {}
extension WriteMemory: MemoryCommand {}
