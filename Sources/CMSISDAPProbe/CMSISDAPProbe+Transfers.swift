// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
import Essentials

extension CMSISDAPProbe {
    /// Packs the operations into as few packets as they need and keeps several of them under way.
    ///
    /// After WAIT that outlasts the probe's retries the access is given up with ABORT.DAPABORT, so that the
    /// DP answers again. After FAULT the sticky flags stay set for the layers above to look at. `valuesRead`
    /// of the error includes the words a repeated read got before it failed; a FAULT of a posted write may be
    /// reported with the transfer after it, as the target does.
    package func execute(_ operations: [DAPOperation]) throws(ProbeError) -> [UInt32] {
        try requireConnection()
        return try run(operations)
    }

    func run(_ operations: [DAPOperation]) throws(ProbeError) -> [UInt32] {
        let plan = TransferPlan(operations, limits: channel.limits, select: select)
        let packets = plan.packets
        // Unknown when USB fails.
        select = nil
        var values: [UInt32] = []
        var sent = 0, answered = 0
        while answered < packets.count {
            while sent < packets.count, sent - answered < packetCount,
                packets[sent].mayFollow(packets[answered..<sent])
            {
                try submit(packets[sent], behind: packets[answered..<sent])
                sent += 1
            }
            let outcome = try collect(packets[answered])
            values += outcome.values
            guard let failure = outcome.failure else {
                answered += 1
                continue
            }
            if failure.answer.isCertain {
                select = plan.select(after: answered, transfers: outcome.completed)
            }
            settle(sent - answered - 1, after: failure)
            throw .acknowledge(failure.answer, operation: failure.operation, valuesRead: values)
        }
        select = plan.select(after: packets.count)
        return values
    }

    private func submit(_ packet: DAPPacket, behind others: ArraySlice<DAPPacket>) throws(ProbeError) {
        let transferCount = others.reduce(packet.transferCount) { $0 + $1.transferCount }
        try channel.submit(
            packet.request, packet.identifier, packet.name, within: duration(ofTransfers: transferCount))
    }

    private func collect(_ packet: DAPPacket) throws(ProbeError) -> PacketOutcome {
        do {
            return try packet.outcome(of: channel.collect(), isPadded: channel.padsResponses)
        } catch {
            channel.abandon()
            throw error
        }
    }

    /// Collects what is still under way behind a failed packet, and frees a stuck access.
    private func settle(_ pending: Int, after failure: PacketOutcome.Failure) {
        do {
            for _ in 0..<pending { _ = try channel.collect() }
            if failure.answer == .wait { _ = try channel.run(DAPWriteAbort.abandonAccess) }
        } catch {
            // The failure itself is what the caller must know; the channel knows that it is out of step.
            channel.abandon()
            trace(.warning, "CMSIS-DAP clean-up failed", ["error": error.summary])
        }
    }

    /// Even at the slowest clock the probe must be given the time the wire takes.
    private func duration(ofTransfers count: Int) -> Duration {
        let clocksPerTransfer = 60
        return DAPChannel.patience
            + .microseconds(count * clocksPerTransfer * 1_000_000 / max(1, Int(clock.rawValue)))
    }
}

extension FailedAcknowledge {
    /// The target said that it did not do the transfer; otherwise it may have.
    fileprivate var isCertain: Bool {
        switch self {
        case .wait, .fault: true
        case .none, .protocolError: false
        }
    }
}
