// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import FlashLoader
package import FlashProgramming
import HardwareDescription

/// The flash behind our own agent on the target, which works through commands without a halt between them.
///
/// Begun by a loader, whose Init set clocks, pins and controller up, and gone back to for its findings.
package final class AgentEngine: FlashEngine {
    package let geometry: FlashGeometry
    package let abilities: FlashAbilities
    private let loader: LoadedLoader
    let channel: AgentChannel
    /// The agent's commands that are open, oldest first.
    var open: [OpenCommand] = []
    /// What the next command that programs pieces consists of so far.
    var gathered = GatheredPieces()
    /// The last command that used each buffer, and whether what is in it was not fetched yet.
    var buffers: [(user: UInt32, isHeld: Bool)]
    var nextBuffer = 0
    /// What the agent last said of itself.
    var state = AgentChannel.State()
    private var pace = AgentPace()
    package private(set) var targetTime: Duration = .zero

    /// Bytes of one command: what a cancelled job has to wait for.
    private static let programLimit = 32 << 10
    private static let fewPages = 16
    /// So many small pieces that some are gathered while others are programmed.
    private static let depth = 64

    /// Takes the flash over from a loader whose Init has run.
    ///
    /// - Throws: ``AgentRefusal`` where the loader has to go on by itself.
    package static func adopting(_ loader: LoadedLoader) throws(AgentAdoptionFailure) -> AgentEngine {
        guard loader.layout.style == .spacious else { throw .refused(.vendorLayout) }
        let program: AgentProgram
        do { program = try AgentProgram.shipped() } catch { throw .failed(error) }
        do {
            let adoption = try Adoption(loader, try loader.controllerState())
            let clock = loader.options.board?.fastestClock.flatMap {
                FastClock($0, adoption, beside: loader)
            }
            let placement = try AgentPlacement(program, beside: loader)
            let engine = try AgentEngine(loader, adoption, program, placement, clock)
            try adoption.checkErases(engine.geometry)
            return engine
        } catch let refusal as AgentRefusal { throw .refused(refusal) } catch let error as LoaderError {
            throw .failed(.loader(error))
        } catch let error as FlashError { throw .geometry(error) } catch {
            preconditionFailure("nothing else is thrown here")
        }
    }

    private init(
        _ loader: LoadedLoader, _ adoption: Adoption, _ program: AgentProgram, _ placement: AgentPlacement,
        _ clock: FastClock?
    ) throws(FlashError) {
        self.loader = loader
        geometry = try FlashGeometry(loader.flash, chip: loader.chip)
        channel = AgentChannel(program, adoption, placement, clock, on: loader)
        buffers = placement.buffers.map { _ in (0, false) }
        var abilities = FlashAbilities(
            programLimit: min(Self.programLimit, placement.bufferSize), readLimit: placement.bufferSize,
            canEraseChip: adoption.canEraseChip)
        abilities.depth = Self.depth
        // Each takes two buffers.
        abilities.readDepth = min(3, placement.buffers.count / 2)
        (abilities.hasDigests, abilities.alternates) = (true, true)
        self.abilities = abilities
    }

    package var protection: WriteProtection? { loader.protection }

    /// Bytes per second that the flash takes.
    var flashRate: Double {
        guard let time = loader.chip?.pageProgram?.typical, time > .zero else { return 0 }
        return Double(geometry.pageSize) / time.seconds
    }

    // MARK: Submitting

    package func submit(_ command: EngineCommand) throws(FlashEngineFailure) {
        do throws(AgentError) {
            if !channel.isRunning { try begin() }
            open.append(try handOver(command))
        } catch {
            giveUp()
            throw .failed(error)
        }
    }

    private func giveUp() {
        (open, gathered) = ([], GatheredPieces())
        for index in buffers.indices { buffers[index].isHeld = false }
    }

    private func begin() throws(AgentError) {
        let samples = channel.mayBeFast ? try samplesByLoader() : []
        try start()
        guard channel.isFast, try !areRight(samples) else { return }
        channel.warn(
            "the flash reads otherwise at the board's fastest clock than at the loader's, which is kept")
        try channel.leave()
        channel.forgoFastClock()
        try start()
    }

    // MARK: Proof of the clock

    private static let sampleCount = 16
    private static let sampleSize = 64

    private var samplePlaces: [AddressRange] {
        let flash = geometry.readableRange
        let step = flash.count / Self.sampleCount
        guard step >= Self.sampleSize else { return [] }
        return (0..<Self.sampleCount).map {
            AddressRange(start: flash.start + UInt32($0 * step), count: Self.sampleSize)
        }
    }

    /// What the flash holds here and there, as the loader's own clock shows it.
    private func samplesByLoader() throws(AgentError) -> [[UInt8]] {
        var samples: [[UInt8]] = []
        do {
            for place in samplePlaces { samples.append(try loader.read(place.count, at: place.start)) }
        } catch {
            throw .loader(error)
        }
        return samples
    }

    /// Bytes that come too late would be read wrong in the same way every time, and put back wrong.
    private func areRight(_ samples: [[UInt8]]) throws(AgentError) -> Bool {
        for (place, sample) in zip(samplePlaces, samples) {
            do throws(Ending) { if try readMapped(place, { false }) != sample { return false } } catch {
                guard case .broken(let broken) = error else { return false }
                throw broken
            }
        }
        return true
    }

    private func start() throws(AgentError) {
        try channel.start()
        loader.handOver()
        state = AgentChannel.State()
        pace.cyclesPerSecond = channel.cyclesPerSecond
        buffers = buffers.map { _ in (0, false) }
    }

    /// Commands are executed in the order in which they came: behind one whose turn is awaited all wait for theirs.
    private func handOver(_ command: EngineCommand) throws(AgentError) -> OpenCommand {
        var entry = OpenCommand(command: command, handedOver: channel.now)
        if open.contains(where: { $0.way == .deferred }) { return entry }
        if case .program(let bytes, let address) = command, bytes.count <= GatheredPieces.largestPiece {
            entry.way = .gathering(piece: try gather(bytes, at: address))
            return entry
        }
        try sendPieces()
        return try send(entry)
    }

    /// Puts a command into the ring; where there is no room for it or its data it stays deferred.
    func send(_ command: OpenCommand) throws(AgentError) -> OpenCommand {
        var entry = command
        guard try hasFreeSlot() else { return entry }
        let range = command.command.range(of: geometry)
        let (offset, count) = (range.start - geometry.readableRange.start, UInt32(range.count))
        switch command.command {
        case .read:
            guard let way = try sendRead(offset, range.count) else { return entry }
            entry.way = way
        case .erase: try channel.send(AgentOperation.erase, at: offset, count)
        case .eraseChip: try channel.send(AgentOperation.eraseChip)
        case .digest(_, let unit):
            // More than there is room for is asked for by and by.
            guard (range.count + unit - 1) / unit <= AgentPlacement.digestLimit else { return entry }
            try channel.send(
                AgentOperation.digest, at: offset, count, buffer: channel.placement.digests,
                unit: UInt32(unit))
        case .program(let bytes, _):
            guard let buffer = try takeBuffer() else { return entry }
            try sendProgram(bytes, offset, buffer)
        }
        if case .deferred = entry.way { entry.way = .sent(channel.submitted) }
        try channel.lookNowAndThen()
        return entry
    }

    /// Waits until the agent has ended a command, to use its slot or buffer again.
    ///
    /// What went wrong meanwhile shows when the end of a command is asked for.
    func awaitCompletion(of number: UInt32) throws(AgentError) {
        guard number > state.completed else { return }
        let deadline = channel.deadline(in: pace.longest)
        while true {
            try look()
            if state.completed >= number || state.state != AgentState.ready { return }
            try channel.lookNowAndThen()
            if deadline.hasPassed { throw try channel.hung("a command", after: pace.longest) }
            // A page takes about as long; a queue of them is looked at once.
            let left = Int(number - state.completed)
            channel.wait(for: min(.microseconds(400) * left, .milliseconds(5)))
        }
    }

    private func look() throws(AgentError) {
        state = try channel.state(
            withResults: open.contains { if case .reading = $0.way { true } else { false } })
    }

    // MARK: Completing

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

    package func findings() -> [LoaderFinding] {
        do { try channel.leave() } catch {
            return [.unreadable("the flash", code: error.code)] + loader.look()
        }
        return loader.look()
    }

    /// Leaves the controller idle and the core halted.
    package func end() throws(AgentError) { try channel.leave() }
}

/// Why there is no engine.
package enum AgentAdoptionFailure: Error, Sendable {
    case refused(AgentRefusal)
    case failed(AgentError)
    case geometry(FlashError)
}
