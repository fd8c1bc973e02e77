// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// The imported device's transfers.
extension USBIPConnection {
    /// Transfers that may be under way at once, of any length.
    private static let transferLimit = 4_096

    func obey(_ command: USBIPCommand, data: [UInt8], _ device: HostDevice) {
        switch command.kind {
        case .submit(let flags, let length, let packets, let setup):
            submit(command, flags, length, packets, setup, data, device)
        case .unlink(let target): unlink(target, for: command.sequence, device)
        }
    }

    private func submit(
        _ command: USBIPCommand, _ flags: UInt32, _ length: Int, _ packets: UInt32, _ setup: [UInt8],
        _ data: [UInt8], _ device: HostDevice
    ) {
        let sequence = command.sequence
        func end(_ status: Int32) {
            let end = HostTransfer.End(status: status, bytes: [], transferred: 0)
            send(USBIPReply.submitted(sequence, end, isIn: command.isIn, packets: packets))
        }
        // A number that is in use could not be taken back any more.
        guard underWay[sequence] == nil else { return finish("two transfers have the number \(sequence)") }
        guard underWay.count < Self.transferLimit, cost + length <= Self.lengthLimit else {
            return end(-ENOMEM)
        }
        if command.endpoint == 0, Self.isPortReset(setup) {
            device.reset()
            return end(0)
        }
        let transfer = HostTransfer(
            interface: nil, file: number, cost: length, expected: length,
            refusesShort: command.isIn && flags & USBIPCommand.shortNotOkay != 0
        ) { [weak self] end in self?.ended(command, end, packets) }
        underWay[sequence] = transfer
        device.submit(Self.work(command, flags, length, setup, data), as: transfer)
    }

    /// How a host controller would ask the device for it.
    private static func work(
        _ command: USBIPCommand, _ flags: UInt32, _ length: Int, _ setup: [UInt8], _ data: [UInt8]
    ) -> BenchURB.Work {
        if command.endpoint == 0 { return .control(setup: setup, data: data) }
        return command.isIn
            ? .read(count: length, endpoint: command.endpoint | 0x80)
            : .out(
                data, endpoint: command.endpoint, endsWithEmptyPacket: flags & USBIPCommand.zeroPacket != 0)
    }

    /// SET_FEATURE(PORT_RESET) to the hub (USB 2.0 §11.24.2.13), which some clients send on to the device's server.
    private static func isPortReset(_ setup: [UInt8]) -> Bool {
        setup.prefix(4) == [0x23, 3, 4, 0]
    }

    private func ended(_ command: USBIPCommand, _ end: HostTransfer.End, _ packets: UInt32) {
        underWay[command.sequence] = nil
        let unlink = unlinks.removeValue(forKey: command.sequence)
        guard !isClosed else { return }
        let isTakenBack = unlink != nil && end.status == -ECONNRESET
        if !isTakenBack {
            send(USBIPReply.submitted(command.sequence, end, isIn: command.isIn, packets: packets))
        }
        if let unlink { send(USBIPReply.unlinked(unlink, wasUnderWay: isTakenBack)) }
    }

    private func unlink(_ target: UInt32, for sequence: UInt32, _ device: HostDevice) {
        guard let transfer = underWay[target] else {
            return send(USBIPReply.unlinked(sequence, wasUnderWay: false))
        }
        unlinks[target] = sequence
        device.cancel(status: ECONNRESET) { $0 === transfer }
    }

    /// Bytes held for transfers under way.
    private var cost: Int { underWay.values.reduce(0) { $0 + $1.cost } }
}
