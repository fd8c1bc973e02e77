// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// Transfers that a host takes back while they are under way, as the kernel does for a program that was killed.
extension VirtualHostController {
    /// Takes a transfer back; packets that had crossed the cable by now are the device's.
    func abandon(_ transfer: VirtualTransfer) {
        guard transfer.outcome == nil else { return }
        if isPlugged, transfer.fault == nil { deliverCrossed(transfer) }
        cancel(transfer)
    }

    /// What there was time for of an OUT transfer at the head of its queue; the whole of it has been delivered before.
    private func deliverCrossed(_ transfer: VirtualTransfer) {
        let endpoint = transfer.endpoint
        guard case .out(let payload) = transfer.work, endpoint.queue.first === transfer, !endpoint.isHalted,
            let room = function.room(on: endpoint.address)
        else { return }
        let start = max(transfer.submittedAt, endpoint.freeAt, room)
        let size = endpoint.maxPacketSize
        var crossed = 0
        defer { if crossed > 0 { statistics.count(Array(payload.prefix(crossed)), isIn: false) } }
        for first in stride(from: 0, to: payload.count - size, by: size) {
            let moments = timing.transfer(first + size, on: endpoint, from: start)
            guard moments.crossed <= now else { return }
            function.receive(
                Array(payload[first..<first + size]), on: endpoint.address, at: moments.crossed)
            (crossed, endpoint.freeAt) = (first + size, moments.crossed)
        }
    }
}
