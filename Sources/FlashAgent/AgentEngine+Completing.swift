// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
package import FlashProgramming
import HardwareDescription

/// The ends of commands, in the order in which they were handed over.
extension AgentEngine {
    private static let fewPages = 16
    /// That are hashed in a millisecond.
    private static let fewBytes = 16 << 10

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
        case .digest(let range, let unit): return .digests(try digests(range, unit, poll))
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
        switch entry.command {
        case .program(let bytes, _):
            let pages = (bytes.count + geometry.pageSize - 1) / geometry.pageSize
            if let page = loader.chip?.pageProgram?.typical, pages <= Self.fewPages { return page * pages }
        case .digest(let range, _) where range.count <= Self.fewBytes: return .zero
        default: break
        }
        let elapsed = channel.now - entry.began
        return pace.note(entry, cycles: try channel.cycles(of: number), elapsed: elapsed, geometry)
    }

    /// Waits until the agent has ended a command.
    ///
    /// `begun` is when the agent began with it, where that was before now; `isFollowed` whether another part of the same
    /// command was sent behind it.
    func awaitEnd(
        of entry: OpenCommand, begun: Duration? = nil, isFollowed: Bool = false, _ poll: () -> Bool
    ) throws(Ending) {
        guard entry.number != nil, !entry.isOver(state) || channel.isStopRequested else { return }
        let began = begun ?? channel.now
        let expected = pace.expected(entry, geometry)
        let limit = pace.limit(entry, loader, geometry)
        let deadline = channel.deadline(in: limit)
        while true {
            let isLast = deadline.hasPassed
            try breaking { () throws(AgentError) in try look() }
            if entry.isOver(state) {
                // The stop came too late for this command; there is none behind it that it could end.
                if channel.isStopRequested, open.count == 1, !isFollowed {
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
            if poll(), !channel.isStopRequested {
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

    /// Has the agent fill one room with digests while those in the other are fetched.
    private func digests(
        _ range: AddressRange, _ unit: Int, _ poll: () -> Bool
    ) throws(Ending) -> [FlashDigest] {
        let rooms = channel.placement.digests
        let parts = range.pieces(of: unit * AgentPlacement.digestLimit)
        var digests: [FlashDigest] = []
        var ahead: OpenCommand?
        var begun = channel.now
        for index in 0...parts.count {
            var next: OpenCommand?
            if index < parts.count {
                next = try breaking { () throws(AgentError) in
                    try hash(parts[index], unit, into: rooms[index % rooms.count])
                }
            }
            if let ahead {
                try awaitEnd(of: ahead, begun: begun, isFollowed: next != nil, poll)
                begun = channel.now
                digests += try takeDigests(ahead, unit, from: rooms[(index - 1) % rooms.count])
            }
            ahead = next
        }
        return digests
    }

    private func hash(_ part: AddressRange, _ unit: Int, into room: UInt32) throws(AgentError) -> OpenCommand
    {
        // All in front of it are over, but for the part before: there is a free slot.
        try channel.send(
            AgentOperation.digest, at: part.start - geometry.readableRange.start, UInt32(part.count),
            buffer: room, unit: UInt32(unit))
        var entry = OpenCommand(command: .digest(part, unit: unit), handedOver: channel.now)
        entry.way = .sent(channel.submitted)
        return entry
    }

    private func takeDigests(
        _ entry: OpenCommand, _ unit: Int, from room: UInt32
    ) throws(Ending) -> [FlashDigest] {
        try breaking { () throws(AgentError) in
            targetTime += try duration(of: entry)
            let count = (entry.command.range(of: geometry).count + unit - 1) / unit
            let words = try channel.readWords(2 * count, at: room)
            return (0..<count).map { FlashDigest(UInt64(words[2 * $0]) | UInt64(words[2 * $0 + 1]) << 32) }
        }
    }
}
