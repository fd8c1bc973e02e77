// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// Transfers that are submitted and reaped, and those that are waited for.
extension UsbfsFile {
    /// Bytes the kernel lets one file have under way by default (`usbfs_memory_mb`).
    private static let costLimit = 16 << 20
    /// Longest data stage of a control transfer that is waited for: one page.
    private static let controlLimit = 4_096

    // MARK: - Submitted

    func submit(_ address: UInt64, thread: Int32) throws(Errno) {
        let memory = CallerMemory(thread: thread)
        let urb = try decoded(memory.read(address, count: UsbfsURB.size), UsbfsURB.init)
        guard UsbfsURB.Flags.known.isSuperset(of: urb.flags), urb.length >= 0, urb.signal == 0,
            urb.length == 0 || urb.buffer != 0
        else { throw Errno(EINVAL) }
        let kind = UsbfsURB.Kind(rawValue: urb.kind)
        if kind == .control, urb.endpoint & 0x7F == 0 {
            return try submitControl(urb, at: address, memory)
        }
        let interface = try findInterface(ofEndpoint: UInt32(urb.endpoint))
        try checkInterface(UInt32(interface), thread: thread)
        guard let endpoint = endpoint(urb.endpoint) else { throw Errno(ENOENT) }
        // A bulk transfer to an interrupt endpoint is let through, as the kernel does.
        guard kind == .bulk || kind == .interrupt && endpoint.type == 3 else { throw Errno(EINVAL) }
        let length = Int(urb.length)
        try checkCost(length)
        let isIn = urb.endpoint & 0x80 != 0
        let work: BenchURB.Work =
            isIn
            ? .read(count: length, endpoint: urb.endpoint)
            : .out(
                try memory.read(urb.buffer, count: length), endpoint: urb.endpoint,
                endsWithEmptyPacket: urb.flags.contains(.zeroPacket))
        start(
            work, at: address, interface: interface, buffer: isIn ? urb.buffer : 0, length: length,
            refusesShort: isIn && urb.flags.contains(.shortNotOkay))
    }

    private func submitControl(_ urb: UsbfsURB, at address: UInt64, _ memory: CallerMemory) throws(Errno) {
        guard urb.length >= 8 else { throw Errno(EINVAL) }
        let setup = try memory.read(urb.buffer, count: 8)
        let length = Int(setup[6]) | Int(setup[7]) << 8
        guard Int(urb.length) >= length + 8 else { throw Errno(EINVAL) }
        try checkControl(setup, thread: memory.thread)
        try checkCost(length)
        let isIn = setup[0] & 0x80 != 0 && length > 0
        let data = isIn ? [] : try memory.read(urb.buffer &+ 8, count: length)
        start(
            .control(setup: setup, data: data), at: address, interface: nil,
            buffer: isIn ? urb.buffer &+ 8 : 0,
            length: length, refusesShort: isIn && urb.flags.contains(.shortNotOkay))
    }

    private func checkCost(_ length: Int) throws(Errno) {
        guard cost + length <= Self.costLimit else { throw Errno(ENOMEM) }
    }

    private func start(
        _ work: BenchURB.Work, at address: UInt64, interface: UInt8?, buffer: UInt64, length: Int,
        refusesShort: Bool
    ) {
        let transfer = HostTransfer(
            interface: interface, file: number, cost: length, expected: length, refusesShort: refusesShort
        ) { [unowned self] end in
            underWay[address]?.removeFirst()
            if underWay[address]?.isEmpty ?? false { underWay[address] = nil }
            ended.append(EndedURB(address: address, buffer: buffer, end: end, cost: length))
            wake()
        }
        underWay[address, default: []].append(transfer)
        device.submit(work, as: transfer)
    }

    func discard(_ address: UInt64) throws(Errno) {
        guard let transfer = underWay[address]?.first else { throw Errno(EINVAL) }
        device.cancel(status: ENOENT) { $0 === transfer }
    }

    // MARK: - Waited for

    /// A control transfer; answered when it ends.
    func control(_ transfer: UsbfsTransfer, unique: UInt64, thread: Int32, now: Duration) throws(Errno) {
        try checkControl(transfer.head, thread: thread)
        let length = Int(transfer.head[6]) | Int(transfer.head[7]) << 8
        guard length <= Self.controlLimit else { throw Errno(EINVAL) }
        let memory = CallerMemory(thread: thread)
        let isIn = transfer.head[0] & 0x80 != 0 && length > 0
        let data = isIn ? [] : try memory.read(transfer.buffer, count: length)
        wait(
            for: .control(setup: transfer.head, data: data), interface: nil, transfer, length: length,
            isIn: isIn, unique: unique, memory, now: now)
    }

    /// A bulk or interrupt transfer; answered when it ends.
    func bulk(_ transfer: UsbfsTransfer, unique: UInt64, thread: Int32, now: Duration) throws(Errno) {
        let interface = try findInterface(ofEndpoint: transfer.endpoint)
        try checkInterface(UInt32(interface), thread: thread)
        guard let length = Int32(exactly: transfer.length).map(Int.init) else { throw Errno(EINVAL) }
        try checkCost(length)
        let memory = CallerMemory(thread: thread)
        let address = UInt8(truncatingIfNeeded: transfer.endpoint)
        let isIn = address & 0x80 != 0
        let work: BenchURB.Work =
            isIn
            ? .read(count: length, endpoint: address)
            : .out(try memory.read(transfer.buffer, count: length), endpoint: address)
        wait(
            for: work, interface: interface, transfer, length: length, isIn: isIn, unique: unique, memory,
            now: now)
    }

    private func wait(
        for work: BenchURB.Work, interface: UInt8?, _ request: UsbfsTransfer, length: Int, isIn: Bool,
        unique: UInt64, _ memory: CallerMemory, now: Duration
    ) {
        let transfer = HostTransfer(interface: interface, file: number, cost: length, expected: length) {
            [unowned self] end in
            calls.removeAll { $0.unique == unique }
            var result = end.status == 0 ? Int32(clamping: end.transferred) : end.status
            if isIn, end.status == 0 {
                do throws(Errno) { try memory.write(end.bytes, at: request.buffer) } catch {
                    result = -error.number
                }
            }
            replies.answer(unique, result)
        }
        let deadline = request.limit == 0 ? nil : now + .milliseconds(Int(request.limit))
        calls.append(WaitingCall(unique: unique, transfer: transfer, deadline: deadline))
        device.submit(work, as: transfer)
    }
}
