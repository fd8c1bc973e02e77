// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

extension STLinkChannel {
    /// How long a packet that is already there takes to arrive.
    private static let drainPatience: Duration = .milliseconds(10)
    private static let drainLimit = 64
    /// Bytes; more than any answer has, and whole packets of every speed.
    private static let drainRoom = 8_192
    /// How long ST-LINKs take to come back after a bus reset.
    private static let resetPause: Duration = .seconds(1)
    /// How often an answer that belongs to something earlier is passed over.
    private static let echoLimit = 3
    /// A probe that is alive answers a question about itself at once.
    private static let echoPatience: Duration = .seconds(1)
    /// What a command's 16-bit length can promise.
    private static let longestDataPhase = 65_536
    private static let fillersPerLook = 16
    private static let fillerPatience: Duration = .milliseconds(200)

    /// Undoes what the last failure left behind; free when there was none.
    func restoreStep() throws(ProbeError) {
        switch condition {
        case .inStep: return
        case .answerOutstanding(let isHalted):
            if isHalted { try clearHalts() }
            if try echoFailure() != nil { try reset() }
        case .dataOwed: try reset()
        }
    }

    /// Whatever state an earlier host left the probe in, brings it to where it answers commands.
    ///
    /// That host may have been killed at any point: its answers may still wait, an endpoint be halted, a command's data be
    /// missing.
    func synchronise() throws(ProbeError) {
        if let failure = try echoFailure() {
            lastFailure = failure
            try reset()
        }
    }

    /// Resets the port and waits until the probe is back; then it answers commands.
    func reset() throws(ProbeError) {
        trace(.warning, "ST-LINK bus reset")
        generation &+= 1
        resetCause = lastFailure
        do { try interface.resetDevice() } catch {
            if error == .disconnected { throw .transport(error, during: "USB reset") }
            // A host that may not reset the port can still finish what was begun.
            trace(.warning, "ST-LINK bus reset failed", ["error": error.summary])
        }
        timebase.wait(for: Self.resetPause)
        guard try echoFailure() != nil else { return }
        try finishDataPhase()
        if let failure = try echoFailure() { throw failure }
    }

    /// Asks a question of no consequence until its answer, and nothing after it, comes back.
    ///
    /// - Returns: nil when the probe is in step, else why not.
    /// - Throws: `transport` with `disconnected`: nothing helps any more.
    private func echoFailure() throws(ProbeError) -> ProbeError? {
        // The failure that led here is the one to remember.
        let cause = lastFailure
        defer { lastFailure = cause }
        var failure = ProbeError.malformedResponse(
            command: GetCurrentMode.name, detail: "what comes back answers other commands")
        for _ in 0..<Self.echoLimit {
            do {
                try drain()
                let reply = try run(GetCurrentMode(), within: Self.echoPatience)
                if case .done(.some) = reply, try !drain() {
                    condition = .inStep
                    return nil
                }
            } catch {
                failure = error
                guard case .transport(let transport as USBError, _) = error else { continue }
                switch transport {
                case .disconnected: throw error
                case .stalled: try clearHalts()
                // Silence does not get better by asking again.
                default: return error
                }
            }
        }
        return failure
    }

    /// Feeds a probe that waits for data until it takes a command for one.
    ///
    /// A host that was killed between a command and its data leaves a probe so that no bus reset reaches, as behind USB/IP and
    /// some hubs. It is fed with a question of no consequence, which it answers as soon as that is no data any more; until
    /// then the bytes go where the dead host's command wanted its own to go.
    private func finishDataPhase() throws(ProbeError) {
        trace(.warning, "ST-LINK waits for data that nobody will send; it gets some")
        let filler = CommandBlock(GetCurrentMode()).bytes
        var refusals = 0
        for _ in 0..<(Self.longestDataPhase / CommandBlock.size / Self.fillersPerLook) {
            let isTaken = try feed(filler, times: Self.fillersPerLook)
            if try drain() { return }
            refusals = isTaken ? 0 : refusals + 1
            if refusals > 1 { return }
        }
    }

    /// - Returns: false when the probe does not take it: it may have an answer to give first.
    private func feed(_ filler: [UInt8], times count: Int) throws(ProbeError) -> Bool {
        do {
            for _ in 0..<count {
                try interface.send(filler, to: commandEndpoint, within: Self.fillerPatience)
            }
            return true
        } catch {
            if error == .disconnected { throw .transport(error, during: GetCurrentMode.name) }
            return false
        }
    }

    private func clearHalts() throws(ProbeError) {
        do {
            try interface.clearHalt(commandEndpoint)
            try interface.clearHalt(answerEndpoint)
        } catch {
            throw .transport(error, during: "CLEAR_FEATURE(ENDPOINT_HALT)")
        }
    }

    /// Reads what was left unread.
    ///
    /// - Returns: whether there was anything.
    @discardableResult private func drain() throws(ProbeError) -> Bool {
        for count in 0..<Self.drainLimit {
            do {
                let stale = try interface.receive(
                    Self.drainRoom, from: answerEndpoint, within: Self.drainPatience)
                trace(.warning, "ST-LINK stale answer dropped", ["bytes": stale.hexDump])
            } catch {
                guard case .timedOut(_, let moved) = error else {
                    throw .transport(error, during: "reading stale answers")
                }
                // An answer of whole packets has no end that shows.
                if moved == 0 { return count > 0 }
                trace(.warning, "ST-LINK stale answer dropped", ["count": "\(moved)"])
            }
        }
        return true
    }
}
