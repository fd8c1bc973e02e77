// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashLoader
import TargetControl

/// The agent on the target and the ring through which it is spoken to.
final class AgentChannel {
    /// What the agent says of itself.
    struct State: Hashable, Sendable {
        var state: UInt32 = 0, completed: UInt32 = 0, progress: UInt32 = 0
        var fault: UInt32 = 0, faultAddress: UInt32 = 0, faultStatus: UInt32 = 0
        /// By slot; empty where they were not asked for.
        var results: [UInt32] = []

        static func index(of number: UInt32) -> Int { Int((number &- 1) % AgentRing.slotCount) }
        func hasResult(of number: UInt32) -> Bool { !results.isEmpty && number <= completed }
    }

    let placement: AgentPlacement
    private let program: AgentProgram
    private let adoption: Adoption
    private let loader: LoadedLoader
    private let core: Core
    private var memory: MemoryAccessPort { core.memory }
    private var running: RunningCall?
    private var lastLook: Duration = .zero
    /// The number of the last command that was handed over.
    private(set) var submitted: UInt32 = 0
    private var lastOperation: UInt32 = 0
    /// Whether the last command was to put the flash into the memory map.
    var isMapped: Bool { lastOperation == AgentOperation.map }

    /// The fastest core of the parts: limits counted in its cycles are never too short.
    static let fastestCore: UInt32 = 480
    /// For the download's sake, and for the start.
    private static let startLimit: Duration = .seconds(1)
    /// No call lasts longer; each command has a limit of its own.
    private static let callLimit: Duration = .seconds(24 * 3600)
    /// Watchdogs have to be fed, and a core that faulted has to be noticed.
    private static let lookInterval: Duration = .milliseconds(50)

    private var clock: FastClock?
    private(set) var isFast = false
    var mayBeFast: Bool { clock != nil }
    func forgoFastClock() { clock = nil }

    init(
        _ program: AgentProgram, _ adoption: Adoption, _ placement: AgentPlacement, _ clock: FastClock?,
        on loader: LoadedLoader
    ) {
        (self.program, self.adoption, self.placement) = (program, adoption, placement)
        self.clock = clock
        self.loader = loader
        core = loader.target.core
    }

    var isRunning: Bool { running != nil }
    /// Of the core; nil where the loader has set it.
    var cyclesPerSecond: Double? { isFast ? Double(FastClock.core) * 1_000_000 : nil }
    var now: Duration { core.timebase.now }
    func deadline(in limit: Duration) -> Deadline { Deadline(in: limit, on: core.timebase) }

    // MARK: Start and end

    /// Downloads and starts the agent, unless it runs.
    func start() throws(AgentError) {
        guard running == nil else { return }
        (submitted, lastOperation, isStopRequested) = (0, 0, false)
        do {
            for piece in program.pieces { try memory.writeVerified(piece.bytes, at: piece.address) }
            try memory.writeWords(
                [UInt32](repeating: 0, count: Int(AgentRing.size / 4)), at: placement.ring)
            isFast = try clock?.raise() ?? false
            try memory.writeWords(
                adoption.block(
                    placement,
                    cyclesPerMicrosecond: isFast ? UInt32(FastClock.core) : Self.fastestCore,
                    clock: isFast ? clock : nil),
                at: placement.ring + AgentRing.settings)
        } catch { throw .download(error) }
        let call = FunctionCall(
            name: "Agent", entry: program.entry, arguments: [placement.ring], site: placement.site,
            deadline: Self.callLimit)
        do { running = try core.begin(call) } catch { throw .core(error) }
        lastLook = now
        core.trace(
            .step, "agent started",
            [
                "bytes": "\(program.size)", "buffers": "\(placement.buffers.count)",
                "clock": isFast ? "\(clock?.flash ?? 0) MHz" : "as the loader set it",
            ])
        let deadline = deadline(in: Self.startLimit)
        while true {
            let isLast = deadline.hasPassed
            let state = try state()
            if state.state == AgentState.ready { return }
            if state.state == AgentState.failed {
                try stop()
                throw .commandFailed(
                    .controllerStuck, doing: "taking the QUADSPI over", address: 0, status: state.faultStatus)
            }
            try look()
            if isLast { throw try hung("its start", after: Self.startLimit) }
            core.timebase.wait(for: .microseconds(100))
        }
    }

    /// Has the agent leave the controller idle and return.
    func leave() throws(AgentError) {
        guard let running else { return }
        try send(AgentOperation.leave)
        let deadline = deadline(in: Self.startLimit)
        while true {
            let isLast = deadline.hasPassed
            let result: FunctionResult?
            do { result = try running.look() } catch {
                self.running = nil
                throw .core(error)
            }
            if let result {
                self.running = nil
                do { try clock?.lower() } catch { throw .access(error) }
                do { try loader.restoreController(adoption.state) } catch { throw .loader(error) }
                guard result.r0 == 1 else { throw .leftByItself(result.r0) }
                return
            }
            if isLast { throw try hung("its end", after: Self.startLimit) }
            core.timebase.wait(for: .microseconds(100))
        }
    }

    /// Stops the core wherever it is.
    func stop() throws(AgentError) {
        guard let running else { return }
        self.running = nil
        do { try running.stop() } catch { throw .core(error) }
    }

    /// The error of an agent that should have come to an end by now.
    func hung(_ doing: String, after limit: Duration) throws(AgentError) -> AgentError {
        guard let running else { return .noAnswer(doing: doing, after: limit, nil) }
        self.running = nil
        do { return .noAnswer(doing: doing, after: limit, try running.timedOut()) } catch {
            throw .core(error)
        }
    }

    // MARK: The ring

    /// Hands a command over, which must have a free slot.
    func send(
        _ operation: UInt32, at address: UInt32 = 0, _ count: UInt32 = 0, buffer: UInt32 = 0, unit: UInt32 = 0
    ) throws(AgentError) {
        submitted &+= 1
        lastOperation = operation
        // In ascending order, so that the number comes last.
        try write([operation, address, count, buffer, unit, 0, 0, submitted], at: slot(submitted))
    }

    private func slot(_ number: UInt32) -> UInt32 {
        placement.ring + AgentRing.slots + (number &- 1) % AgentRing.slotCount * AgentRing.slotSize
    }

    func state(withResults: Bool = false) throws(AgentError) -> State {
        let count = AgentRing.stateWords
        let words: [UInt32]
        do {
            words = try memory.readWords(
                count + (withResults ? Int(AgentRing.slotCount) : 0), at: placement.ring)
        } catch { throw .access(error) }
        guard words[1] <= submitted else {
            throw .impossibleState(completed: words[1], submitted: submitted)
        }
        return State(
            state: words[0], completed: words[1], progress: words[2], fault: words[3],
            faultAddress: words[4], faultStatus: words[5], results: Array(words[count...]))
    }

    /// Core cycles that a finished command took.
    func cycles(of number: UInt32) throws(AgentError) -> UInt32 {
        do { return try memory.readWord(at: slot(number) + AgentSlot.duration) } catch {
            throw .access(error)
        }
    }

    /// Whether the agent was asked to stop and nobody has had it go on since.
    private(set) var isStopRequested = false

    func requestStop() throws(AgentError) {
        isStopRequested = true
        try write([1 as UInt32], at: placement.ring + AgentRing.stop)
    }

    /// Goes on after a fault or a stop, with everything that was handed over forgotten.
    func resume() throws(AgentError) {
        (lastOperation, isStopRequested) = (0, false)
        try write([submitted], at: placement.ring + AgentRing.resume)
        let deadline = deadline(in: Self.startLimit)
        while try state().state != AgentState.ready {
            try look()
            if deadline.hasPassed { throw try hung("an error", after: Self.startLimit) }
            core.timebase.wait(for: .microseconds(50))
        }
    }

    func write(_ words: [UInt32], at address: UInt32) throws(AgentError) {
        do { try memory.writeWords(words, at: address) } catch { throw .access(error) }
    }

    // MARK: Data

    /// Bytes that go over the link before somebody looks at the core: its watchdogs count while it runs.
    private var piece = AgentChannel.smallestPiece
    /// What one command of an ST-LINK carries.
    private static let smallestPiece = 6144
    private static let largestPiece = 1 << 16
    /// A piece is made smaller when it takes longer than this, larger when it takes less than a quarter of it.
    private static let longestPiece: Duration = .milliseconds(40)

    private func watching<Result>(
        _ transfer: (MemoryAccessPort) throws(DebugAccessError) -> Result
    ) throws(AgentError) -> Result {
        let start = now
        let result: Result
        do { result = try transfer(memory) } catch { throw .access(error) }
        if now - start > Self.longestPiece {
            piece = max(piece / 2, Self.smallestPiece)
        } else if now - start < Self.longestPiece / 4 {
            piece = min(piece * 2, Self.largestPiece)
        }
        try lookNowAndThen()
        return result
    }

    /// Bytes and time of what was sent, to know how fast the link is.
    private var sent: (bytes: Int, time: Duration) = (0, .zero)
    /// So much tells.
    private static let tellingBytes = 16 << 10

    /// Whether the link brings fewer bytes than the flash takes, with something to spare.
    func isSlow(beside rate: Double) -> Bool {
        sent.bytes >= Self.tellingBytes && Double(sent.bytes) < 1.3 * rate * sent.time.seconds
    }

    func write(_ bytes: [UInt8], at address: UInt32) throws(AgentError) {
        let start = now
        defer { sent = (sent.bytes + bytes.count, sent.time + (now - start)) }
        var done = 0
        while done < bytes.count {
            let part = Array(bytes[done..<min(done + piece, bytes.count)])
            try watching { (memory) throws(DebugAccessError) in
                try memory.write(part, at: address + UInt32(done))
            }
            done += part.count
        }
    }
    func readWords(_ count: Int, at address: UInt32) throws(AgentError) -> [UInt32] {
        do { return try memory.readWords(count, at: address) } catch { throw .access(error) }
    }
    /// `isChecked` false is for what somebody proves afterwards.
    func read(_ count: Int, at address: UInt32, isChecked: Bool = true) throws(AgentError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let (place, size) = (address + UInt32(bytes.count), min(piece, count - bytes.count))
            bytes += try watching { (memory) throws(DebugAccessError) in
                isChecked ? try memory.read(size, at: place) : try memory.readUnchecked(size, at: place)
            }
        }
        return bytes
    }

    func warn(_ text: String) { core.trace(.warning, text) }
    func wait(for pause: Duration) { core.timebase.wait(for: pause) }

    /// Looks at the core itself when it is time.
    func lookNowAndThen() throws(AgentError) {
        if now - lastLook >= Self.lookInterval { try look() }
    }

    private func look() throws(AgentError) {
        guard let running else { return }
        lastLook = now
        let result: FunctionResult?
        do { result = try running.look() } catch {
            self.running = nil
            throw .core(error)
        }
        guard let result else { return }
        self.running = nil
        throw .leftByItself(result.r0)
    }
}
