// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Where answers go that were not there when they were asked for.
///
/// Implemented by ``UsbfsServer``, and by tests.
protocol UsbfsReplies: AnyObject {
    /// `result` is what the system call gives, or a negative errno.
    func answer(_ unique: UInt64, _ result: Int32)
    func notify(_ key: UInt64)
    func warn(_ text: String)
}

/// A device's file as one program has it open: its claims, and its transfers until they are reaped.
final class UsbfsFile {
    let number: UInt64
    let device: HostDevice
    /// Opened for writing; without that no command works.
    let isWritable: Bool
    unowned let replies: any UsbfsReplies

    /// Transfers that ended and wait for the program.
    var ended: [EndedURB] = []
    /// Calls that wait until a transfer ends: request, and where to write the address of its structure.
    var reapers: [(unique: UInt64, thread: Int32, argument: UInt64)] = []
    /// Transfers somebody waits for in the call itself.
    var calls: [WaitingCall] = []
    /// Addresses of the structures of the transfers under way.
    var underWay: [UInt64: [HostTransfer]] = [:]
    /// Interfaces a program may still claim after it dropped its privileges.
    var allowedInterfaces: UInt64?
    private var pollKey: UInt64?

    struct EndedURB {
        var address: UInt64
        /// Where the data goes; 0 for OUT.
        var buffer: UInt64
        var end: HostTransfer.End
        var cost: Int
    }
    struct WaitingCall {
        var unique: UInt64
        var transfer: HostTransfer
        /// Wall clock; nil is for ever.
        var deadline: Duration?
    }

    init(number: UInt64, device: HostDevice, isWritable: Bool, replies: any UsbfsReplies) {
        (self.number, self.device, self.isWritable) = (number, device, isWritable)
        self.replies = replies
    }

    // MARK: - Waiting

    /// poll(2): POLLOUT while there is something to reap, POLLERR and POLLHUP when the device is gone.
    var pollEvents: UInt32 {
        (ended.isEmpty || !isWritable ? 0 : UInt32(POLLOUT | POLLWRNORM))
            | (device.isConnected ? 0 : UInt32(POLLERR | POLLHUP))
    }
    func watch(_ key: UInt64) { pollKey = key }

    /// Something changed for those who wait.
    func wake() {
        while let reaper = reapers.first, !ended.isEmpty || !device.isConnected {
            reapers.removeFirst()
            do {
                try reap(thread: reaper.thread, argument: reaper.argument)
                replies.answer(reaper.unique, 0)
            } catch {
                replies.answer(reaper.unique, -error.number)
            }
        }
        guard pollEvents != 0, let key = pollKey else { return }
        pollKey = nil
        replies.notify(key)
    }

    /// Gives the program the oldest transfer that ended; its data and result go into the program's memory.
    func reap(thread: Int32, argument: UInt64) throws(Errno) {
        guard !ended.isEmpty else { throw Errno(device.isConnected ? EAGAIN : ENODEV) }
        let urb = ended.removeFirst()
        let memory = CallerMemory(thread: thread)
        if urb.buffer != 0 { try memory.write(urb.end.bytes, at: urb.buffer) }
        try memory.write(urb.end.status, at: urb.address &+ UsbfsURB.statusOffset)
        try memory.write(Int32(clamping: urb.end.transferred), at: urb.address &+ UsbfsURB.transferredOffset)
        try memory.write(Int32(0), at: urb.address &+ UsbfsURB.errorCountOffset)
        try memory.write(urb.address, at: argument)
    }

    /// A signal came for a call that waits.
    func interrupt(_ unique: UInt64) {
        if let index = reapers.firstIndex(where: { $0.unique == unique }) {
            reapers.remove(at: index)
            replies.answer(unique, -EINTR)
        } else if let call = calls.first(where: { $0.unique == unique }) {
            device.cancel(status: EINTR) { $0 === call.transfer }
        }
    }
    /// Ends calls whose time is up.
    func expire(at now: Duration) {
        for call in calls where call.deadline.map({ $0 <= now }) ?? false {
            device.cancel(status: ETIMEDOUT) { $0 === call.transfer }
        }
    }

    /// The last holder of the file is gone.
    func close() {
        device.cancel(status: ENOENT) { $0.file == number }
        for index in device.interfaces.indices where device.interfaces[index].driver == .program(number) {
            device.setDriver(.none, at: index)
        }
        ended = []
    }

    /// Bytes held for the program's transfers.
    var cost: Int {
        ended.reduce(0) { $0 + $1.cost } + underWay.values.joined().reduce(0) { $0 + $1.cost }
    }
}
