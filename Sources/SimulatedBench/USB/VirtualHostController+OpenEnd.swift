// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// Transfers of hosts outside the bench: nobody says how long they may take, so they wait until they are taken back.
extension VirtualHostController {
    /// Queues a transfer that has no limit.
    func submit(
        _ work: VirtualTransfer.Work, on endpoint: VirtualEndpoint, fault: USBFaultPlan.Fault?
    ) -> VirtualTransfer {
        // The longest time there is: its end saturates.
        submit(work, on: endpoint, within: .seconds(Int64.max), fault: fault)
    }

    /// Lets the device do everything it can with the transfers at hand; what is left waits for the host.
    ///
    /// Ends, because nothing is submitted meanwhile and a device never makes itself work.
    func serveAll() {
        var isBusy = true
        while isBusy, isPlugged {
            isBusy = false
            for endpoint in endpoints {
                while let head = endpoint.queue.first, serveNow(head) { isBusy = true }
            }
            if isPlugged, function.nextStart != nil {
                function.step()
                isBusy = true
            }
        }
    }

    /// False while `head`, first in its endpoint's queue, has to wait.
    private func serveNow(_ head: VirtualTransfer) -> Bool {
        guard !head.endpoint.isHalted else {
            fail(head, .stalled)
            return true
        }
        switch head.fault {
        case .timeout: return false
        case .disconnect:
            unplug(byFault: true)
            return true
        case .stall:
            if head.endpoint.isIn {
                let address = head.endpoint.address
                guard function.outbox.messages(on: address) > 0,
                    let answer = function.outbox.packets(on: address).first
                else { return false }
                head.endpoint.freeAt = max(head.endpoint.freeAt, answer.readyAt)
                function.outbox.dropMessage(on: address)
            }
            head.endpoint.isHalted = true
            fail(head, .stalled)
            return true
        case .short, nil:
            return head.endpoint.isIn ? finishRead(head, by: .max) : deliver(head, by: .max)
        }
    }

    /// Takes a transfer back; what had crossed the cable by then is the host's.
    ///
    /// - Returns: the bytes a read had received.
    func withdraw(_ transfer: VirtualTransfer) -> [UInt8] {
        guard transfer.outcome == nil else { return [] }
        let endpoint = transfer.endpoint
        var received: [UInt8] = []
        if case .read(let count) = transfer.work, endpoint.queue.first === transfer, transfer.fault == nil {
            let packets = function.outbox.packets(on: endpoint.address).prefix {
                $0.readyAt <= now && $0.bytes.count == endpoint.maxPacketSize
            }
            received = packets.flatMap(\.bytes)
            // More would have ended the transfer.
            guard received.count < count else { return abandon(transfer, []) }
            function.outbox.removeFirst(packets.count, on: endpoint.address)
        }
        return abandon(transfer, received)
    }
    private func abandon(_ transfer: VirtualTransfer, _ received: [UInt8]) -> [UInt8] {
        cancel(transfer, received: received)
        return received
    }
}
