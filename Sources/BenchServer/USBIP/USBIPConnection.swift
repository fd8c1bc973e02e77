// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// One client: it asks which devices there are, or imports one and drives it until either of them goes.
final class USBIPConnection {
    enum State {
        /// Nothing imported yet; who says nothing until the deadline (wall clock) is sent away.
        case asking(until: Duration)
        case driving(HostDevice)
        /// What is left to send is sent.
        case closing
        case closed
    }
    let descriptor: Int32
    /// Distinguishes its transfers from those of others.
    let number: UInt64
    /// Address and port, for messages.
    let peer: String
    private(set) var state: State
    private unowned let server: USBIPServer
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    /// Transfers that have not ended, by the client's number.
    var underWay: [UInt32: HostTransfer] = [:]
    /// Numbers of the requests that take a transfer back, by the transfer's.
    var unlinks: [UInt32: UInt32] = [:]

    /// Longest transfer, and bytes held for all that are under way; as much as Linux's usbfs lends its programs.
    static let lengthLimit = 16 << 20
    private static let chunk = 256 << 10
    /// A client that takes no answers is not listened to.
    private static let outputLimit = 1 << 20

    init(_ descriptor: Int32, number: UInt64, peer: String, until deadline: Duration, server: USBIPServer) {
        (self.descriptor, self.number, self.peer, self.server) = (descriptor, number, peer, server)
        state = .asking(until: deadline)
    }
    deinit { close(descriptor) }

    var device: HostDevice? { if case .driving(let device) = state { device } else { nil } }
    var isClosed: Bool { if case .closed = state { true } else { false } }
    var deadline: Duration? { if case .asking(let deadline) = state { deadline } else { nil } }

    var interest: BusInterest {
        var events: Int32 = 0
        if case .closing = state {} else if output.count < Self.outputLimit { events |= Int32(POLLIN) }
        if !output.isEmpty { events |= Int32(POLLOUT) }
        return BusInterest(descriptor: descriptor, events: Int16(events))
    }

    // MARK: - The wire

    func serve() {
        flush()
        guard !isClosed, interest.events & Int16(POLLIN) != 0 else { return }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            return finish(count == 0 ? nil : BenchServerError.lastDetail)
        }
        input += buffer[..<count]
        takeMessages()
    }

    func send(_ message: [UInt8]) {
        output += message
        flush()
    }

    private func flush() {
        while !output.isEmpty {
            let count = Glibc.send(
                descriptor, output, output.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            if count > 0 {
                output.removeFirst(count)
            } else if errno == EAGAIN || errno == EINTR {
                return
            } else {
                return finish(BenchServerError.lastDetail)
            }
        }
        if case .closing = state { state = .closed }
    }

    /// The connection ends now; `reason` is told unless the client simply left.
    func finish(_ reason: String? = nil) {
        guard !isClosed else { return }
        let device = device
        state = .closed
        if let device { server.released(device, by: self) }
        if let reason { server.note("\(peer) is cut off: \(reason)") }
    }
    /// The device is gone: its transfers' ends are sent, then the connection is closed, by which the client knows.
    func deviceHasLeft() {
        state = .closing
        flush()
    }

    // MARK: - Messages

    private func takeMessages() {
        var offset = 0
        while let count = takeMessage(input[offset...]) { offset += count }
        input.removeFirst(min(offset, input.count))
    }

    /// Bytes of the message that was taken; nil when it is not there as a whole yet, or nothing more is listened to.
    private func takeMessage(_ bytes: ArraySlice<UInt8>) -> Int? {
        switch state {
        case .asking: takeRequest(bytes)
        case .driving(let device): takeCommand(bytes, device)
        case .closing, .closed: nil
        }
    }

    private func takeRequest(_ bytes: ArraySlice<UInt8>) -> Int? {
        do throws(USBIPRequest.Malformed) {
            guard let size = try USBIPRequest.size(bytes), bytes.count >= size else { return nil }
            switch USBIPRequest(bytes.prefix(size)) {
            case .deviceList:
                state = .closing
                send(USBIPReply.deviceList(server.available))
            case .importDevice(let busID): importDevice(busID)
            }
            return size
        } catch {
            finish("it speaks another protocol (\(error))")
            return nil
        }
    }
    private func importDevice(_ busID: String) {
        switch server.device(busID) {
        case .success(let device):
            state = .driving(device)
            server.note("\(peer) imports \(busID)")
            send(USBIPReply.imported(device))
        case .failure(let refusal):
            state = .closing
            send(USBIPReply.refused(refusal.status))
        }
    }

    private func takeCommand(_ bytes: ArraySlice<UInt8>, _ device: HostDevice) -> Int? {
        guard bytes.count >= USBIPCommand.headerSize else { return nil }
        do throws(USBIPCommand.Malformed) {
            let command = try USBIPCommand(
                bytes.prefix(USBIPCommand.headerSize), lengthLimit: Self.lengthLimit)
            let size = USBIPCommand.headerSize + command.dataCount
            guard bytes.count >= size else { return nil }
            guard command.device == USBIPReply.identifier(of: device) else {
                finish("it drives a device that it has not imported")
                return nil
            }
            obey(
                command, data: Array(bytes.dropFirst(USBIPCommand.headerSize).prefix(command.dataCount)),
                device)
            return size
        } catch {
            finish("it sent nonsense (\(error))")
            return nil
        }
    }
}
