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
    let loader: LoadedLoader
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
    var pace = AgentPace()
    package internal(set) var targetTime: Duration = .zero

    /// Bytes of one command: what a cancelled job has to wait for.
    private static let programLimit = 32 << 10
    /// So many small pieces that some are gathered while others are programmed.
    private static let depth = 64
    /// Two blocks with their erases: while one is erased the data of both are on their way.
    private static let window = 256 << 10

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
        abilities.window = Self.window
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

    func giveUp() {
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
        // Asked for piece by piece when it is its turn.
        case .digest: return entry
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

    func look() throws(AgentError) {
        state = try channel.state(
            withResults: open.contains { if case .reading = $0.way { true } else { false } })
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
