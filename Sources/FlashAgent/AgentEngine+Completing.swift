// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
package import FlashProgramming
import HardwareDescription

/// The ends of commands, in the order in which they were handed over.
extension AgentEngine {
    private static let fewPages = 16

    package func complete(_ poll: () -> Bool) throws(FlashEngineFailure) -> EngineResult {
        precondition(!open.isEmpty, "the end of a command was asked for that nobody handed over")
        do throws(Ending) {
            if case .gathering = open[0].way { try breaking { () throws(AgentError) in try sendPieces() } }
            let result = try finish(open[0], poll)
            open.removeFirst()
            return result
        } catch {
            giveUp()
            switch error {
            case .stopped(let begun): throw .stopped(begun: begun)
            case .fault(let fault): throw .refused(fault)
            case .broken(let broken): throw .failed(broken)
            }
        }
    }

    enum Ending: Error {
        case stopped(begun: Bool)
        case fault(AgentError)
        case broken(AgentError)
    }

    private func finish(_ command: OpenCommand, _ poll: () -> Bool) throws(Ending) -> EngineResult {
        var entry = command
        if entry.way == .deferred {
            entry = try breaking { () throws(AgentError) in try send(command) }
        }
        switch entry.command {
        case .read(let range): return .bytes(try finishRead(range, entry, poll))
        case .digest(let range, let unit): return .digests(try digests(range, unit, entry, poll))
        case .erase, .eraseChip, .program:
            try awaitEnd(of: entry, poll)
            let time = try breaking { () throws(AgentError) in try duration(of: entry) }
            targetTime += time
            return .done(time)
        }
    }

    func breaking<Result>(_ body: () throws(AgentError) -> Result) throws(Ending) -> Result {
        do { return try body() } catch { throw .broken(error) }
    }

    /// By the agent's own count where that is known to be right, else by the host's.
    private func duration(of entry: OpenCommand) throws(AgentError) -> Duration {
        guard let number = entry.number else { return .zero }
        // Asking what so little took would take longer.
        if case .program(let bytes, _) = entry.command, let page = loader.chip?.pageProgram?.typical {
            let pages = (bytes.count + geometry.pageSize - 1) / geometry.pageSize
            if pages <= Self.fewPages { return page * pages }
        }
        let elapsed = channel.now - entry.began
        return pace.note(entry, cycles: try channel.cycles(of: number), elapsed: elapsed, geometry)
    }

    /// Waits until the agent has ended a command.
    func awaitEnd(of entry: OpenCommand, _ poll: () -> Bool) throws(Ending) {
        guard entry.number != nil, !entry.isOver(state) else { return }
        let began = channel.now
        let expected = pace.expected(entry, geometry)
        let limit = pace.limit(entry, loader, geometry)
        let deadline = channel.deadline(in: limit)
        var hasAskedForStop = false
        while true {
            let isLast = deadline.hasPassed
            try breaking { () throws(AgentError) in try look() }
            if entry.isOver(state) {
                // The stop came too late for this command; there is none behind it that it could end.
                if hasAskedForStop, open.count == 1 {
                    try breaking { () throws(AgentError) in try channel.resume() }
                }
                return
            }
            switch state.state {
            case AgentState.failed: throw try faulted(entry, state)
            case AgentState.stopped, AgentState.stoppedBetween:
                let isBegun = state.state == AgentState.stopped
                try breaking { () throws(AgentError) in try channel.resume() }
                state.completed = channel.submitted
                throw .stopped(begun: isBegun)
            default: break
            }
            if poll(), !hasAskedForStop {
                hasAskedForStop = true
                try breaking { () throws(AgentError) in try channel.requestStop() }
            }
            try breaking { () throws(AgentError) in try channel.lookNowAndThen() }
            if isLast {
                throw .broken(
                    try breaking { () throws(AgentError) in try channel.hung(entry.title, after: limit) })
            }
            channel.wait(for: pace.pause(after: channel.now - began, expecting: expected))
        }
    }

    private func faulted(_ entry: OpenCommand, _ state: AgentChannel.State) throws(Ending) -> Ending {
        guard let fault = AgentError.Fault(rawValue: state.fault) else {
            return .broken(.unknownFault(state.fault))
        }
        try breaking { () throws(AgentError) in try channel.resume() }
        self.state.completed = channel.submitted
        var address = geometry.readableRange.start &+ state.faultAddress
        if case .sentPiece = entry.way { address = entry.command.range(of: geometry).start }
        return .fault(
            .commandFailed(fault, doing: entry.title, address: address, status: state.faultStatus))
    }

    // MARK: Looking

    /// Through the memory map: a few bytes, or more than there are buffers for.
    func readMapped(_ range: AddressRange, _ poll: () -> Bool) throws(Ending) -> [UInt8] {
        if !channel.isMapped {
            var entry = OpenCommand(command: .read(range), handedOver: channel.now)
            try breaking { () throws(AgentError) in
                try channel.send(AgentOperation.map)
            }
            entry.way = .sent(channel.submitted)
            try awaitEnd(of: entry, poll)
        }
        return try breaking { () throws(AgentError) in try channel.read(range.count, at: range.start) }
    }

    private func digests(
        _ range: AddressRange, _ unit: Int, _ first: OpenCommand, _ poll: () -> Bool
    ) throws(Ending) -> [FlashDigest] {
        if first.number != nil {
            try awaitEnd(of: first, poll)
            return try takeDigests(range, unit, first)
        }
        var digests: [FlashDigest] = []
        for part in range.pieces(of: unit * AgentPlacement.digestLimit) {
            let command = OpenCommand(command: .digest(part, unit: unit), handedOver: channel.now)
            let entry = try breaking { () throws(AgentError) in try send(command) }
            try awaitEnd(of: entry, poll)
            digests += try takeDigests(part, unit, entry)
        }
        return digests
    }

    private func takeDigests(
        _ range: AddressRange, _ unit: Int, _ entry: OpenCommand
    ) throws(Ending) -> [FlashDigest] {
        try breaking { () throws(AgentError) in
            targetTime += try duration(of: entry)
            let count = (range.count + unit - 1) / unit
            let words = try channel.readWords(2 * count, at: channel.placement.digests)
            return (0..<count).map { FlashDigest(crc32: words[2 * $0], wordSum: words[2 * $0 + 1]) }
        }
    }
}
