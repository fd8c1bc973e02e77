// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

extension DAPChannel {
    /// How long a packet that is already there takes to arrive.
    private static let drainPatience: Duration = .milliseconds(10)
    private static let drainLimit = 64
    /// How long a probe may take to come back after a bus reset.
    private static let resetPause: Duration = .seconds(1)
    /// How often a response that belongs to something earlier is passed over.
    private static let echoLimit = 3
    /// A probe that is alive answers a question about itself at once.
    private static let echoPatience: Duration = .seconds(1)

    /// Brings probe and host back in step after a failure; free when there was none.
    ///
    /// What the probe still works on is aborted, what it still has to say is read, and it must then answer a
    /// question of no consequence. If it does not, it gets a bus reset.
    func restoreStep() throws(ProbeError) {
        guard case .outOfStep(let isHalted) = condition else { return }
        // What fails while that is being mended is another matter.
        let cause = lastFailure
        do {
            if isHalted { try clearHalts() }
            try complete(send(DAPTransferAbort.request, within: Self.echoPatience))
        } catch {
            if error == .disconnected { throw .transport(error, during: "getting back in step") }
            return try reset(after: cause)
        }
        if try echoFailure() != nil { try reset(after: cause) }
    }

    /// Whatever state an earlier host left the probe in, brings it to where it answers requests.
    ///
    /// That host may have been killed at any point: its responses may still wait, as many as the probe has buffers, and the
    /// probe may still work on its requests.
    func synchronise() throws(ProbeError) {
        guard let failure = try echoFailure() else { return }
        abandon()
        lastFailure = failure
        try restoreStep()
    }

    /// Resets the port and waits until the probe is back; then it answers requests.
    func reset(after cause: ProbeError? = nil) throws(ProbeError) {
        trace(.warning, "CMSIS-DAP bus reset")
        generation &+= 1
        resetCause = cause
        do { try interface.resetDevice() } catch {
            if error == .disconnected { throw .transport(error, during: "USB reset") }
            // Some time is all that many probes need.
            trace(.warning, "CMSIS-DAP bus reset failed", ["error": error.summary])
        }
        timebase.wait(for: Self.resetPause)
        if let failure = try echoFailure() {
            abandon()
            throw failure
        }
    }

    /// Asks a question of no consequence until its response, and nothing after it, comes back.
    ///
    /// Without the look at what comes after it the response to an earlier question could pass for that to this one: DAP_Info
    /// does not repeat what was asked.
    /// - Returns: nil when the probe is in step, else why not.
    /// - Throws: `transport` with `disconnected`: nothing helps any more.
    private func echoFailure() throws(ProbeError) -> ProbeError? {
        var failure = ProbeError.malformedResponse(
            command: DAPInfo.name, detail: "what comes back answers other requests")
        for _ in 0..<Self.echoLimit {
            do {
                condition = .inStep
                try drain()
                try answerQuestion()
                if try !drain() { return nil }
            } catch {
                failure = error
                abandon()
                guard case .transport(let transport as USBError, _) = error else { continue }
                switch transport {
                case .disconnected: throw error
                case .stalled:
                    do { try clearHalts() } catch {
                        throw .transport(error, during: "CLEAR_FEATURE(ENDPOINT_HALT)")
                    }
                // Silence does not get better by asking again.
                default: return error
                }
            }
        }
        return failure
    }

    private func answerQuestion() throws(ProbeError) {
        do { _ = try run(DAPInfo(item: .packetCount), within: Self.echoPatience) } catch {
            // Not to know the item is an answer, too.
            guard case .refused = error else { throw error }
        }
    }

    /// - Returns: whether anything was waiting.
    @discardableResult private func drain() throws(ProbeError) -> Bool {
        for count in 0..<Self.drainLimit {
            do {
                let stale = try interface.complete(submitRead(within: Self.drainPatience))
                trace(.warning, "CMSIS-DAP stale response dropped", ["bytes": stale.hexDump])
            } catch {
                guard case .timedOut(_, let moved) = error else {
                    throw .transport(error, during: "reading stale responses")
                }
                // A response of whole packets has no end that shows.
                if moved == 0 { return count > 0 }
                trace(.warning, "CMSIS-DAP stale response dropped", ["count": "\(moved)"])
            }
        }
        return true
    }

    private func clearHalts() throws(USBError) {
        switch form.form {
        case .bulk(let endpoint), .hid(let endpoint?): try interface.clearHalt(endpoint)
        case .hid(nil): break
        }
        try interface.clearHalt(form.answerEndpoint)
    }

    private func complete(_ tickets: [USBTicket]) throws(USBError) {
        for ticket in tickets { _ = try interface.complete(ticket) }
    }
}
