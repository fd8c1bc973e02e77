// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// Tells listeners of the network namespace that devices come and go, in the place of kernel and device manager.
final class HotplugEvents: HostBusObserver {
    private let socket: Int32
    private var sequence: UInt64 = 1_000
    /// Takes the news that nobody can be told anything; once.
    private var onRefusal: ((String) -> Void)?

    private static let kernelGroup: UInt32 = 1
    private static let managerGroup: UInt32 = 2

    init(onRefusal: @escaping (String) -> Void) throws(BenchServerError) {
        self.onRefusal = onRefusal
        socket = shim_open_event_socket()
        guard socket >= 0 else {
            throw .system(
                operation: "opening a socket for device events", detail: BenchServerError.lastDetail)
        }
    }
    deinit { close(socket) }

    func attached(_ device: HostDevice) {
        send("add", DeviceEvent(device))
        for interface in device.interfaces {
            send("add", DeviceEvent(device, interface))
            if interface.driver != .none { send("bind", DeviceEvent(device, interface)) }
        }
        send("bind", DeviceEvent(device))
    }
    func detached(_ device: HostDevice) {
        for interface in device.interfaces {
            send("unbind", DeviceEvent(device, interface))
            send("remove", DeviceEvent(device, interface))
        }
        send("unbind", DeviceEvent(device))
        send("remove", DeviceEvent(device))
    }
    func changed(_ device: HostDevice) {}

    private func send(_ action: String, _ event: DeviceEvent) {
        sequence += 1
        for (group, message) in [
            (Self.kernelGroup, event.kernelMessage(action, sequence: sequence)),
            (Self.managerGroup, event.managerMessage(action, sequence: sequence)),
        ] {
            // A listener whose buffer is full (ENOBUFS) loses the kernel's events, too.
            guard shim_send_event(socket, group, message, message.count) != 0, errno == EPERM else {
                continue
            }
            onRefusal?("this network belongs to somebody else")
            onRefusal = nil
        }
    }
}
