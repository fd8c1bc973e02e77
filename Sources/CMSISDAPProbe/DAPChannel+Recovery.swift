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
    /// How often a response that belongs to something earlier is passed over before the bus is reset.
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
            try drain()
        } catch {
            if error == .disconnected { throw .transport(error, during: "getting back in step") }
            return try reset(after: cause)
        }
        condition = .inStep
        for _ in 0..<Self.echoLimit {
            do {
                _ = try run(DAPInfo(item: .packetCount), within: Self.echoPatience)
                return
            } catch {
                // Silence does not get better by asking again.
                if case .transport = error { return try reset(after: cause) }
                trace(.warning, "CMSIS-DAP still out of step", ["error": error.summary])
                abandon()
                do { try drain() } catch { throw .transport(error, during: "getting back in step") }
                condition = .inStep
            }
        }
        try reset(after: cause)
    }

    /// Resets the port and waits until the probe is back.
    func reset(after cause: ProbeError? = nil) throws(ProbeError) {
        trace(.warning, "CMSIS-DAP bus reset")
        generation &+= 1
        resetCause = cause
        do {
            try interface.resetDevice()
            timebase.wait(for: Self.resetPause)
            try drain()
        } catch {
            throw .transport(error, during: "USB reset")
        }
        condition = .inStep
    }

    /// Reads what an earlier host left unread, before anything else is asked.
    func dropStaleResponses() throws(ProbeError) {
        do { try drain() } catch {
            condition = .outOfStep(isHalted: error == .stalled)
            throw .transport(error, during: "reading stale responses")
        }
    }

    private func drain() throws(USBError) {
        for _ in 0..<Self.drainLimit {
            guard let stale = try readStale() else { return }
            trace(.warning, "CMSIS-DAP stale response dropped", ["bytes": stale.hexDump])
        }
    }

    /// - Returns: nil when nothing is waiting.
    private func readStale() throws(USBError) -> [UInt8]? {
        do {
            return try interface.complete(submitRead(within: Self.drainPatience))
        } catch {
            if case .timedOut = error { return nil }
            throw error
        }
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
