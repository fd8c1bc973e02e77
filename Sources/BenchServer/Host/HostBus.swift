// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench

/// What wants to know who comes and goes on a bus.
///
/// Implemented by the device files, the sysfs tree with its events, and tests.
protocol HostBusObserver: AnyObject {
    func attached(_ device: HostDevice)
    func detached(_ device: HostDevice)
    /// Configuration or drivers changed.
    func changed(_ device: HostDevice)
}

/// The host's one bus: probes on the ports of a root hub, enumerated as they come.
final class HostBus {
    /// As many as fit the hub descriptor's one byte of bits.
    static let portLimit = 7
    static let number: UInt8 = 1

    let ports: [BenchUSBPort]
    /// By port; nil where the plug is out.
    private(set) var devices: [HostDevice?]
    private(set) var rootHub: HostDevice
    /// The wall clock as the owner last told it.
    private(set) var now: Duration = .zero
    var observers: [any HostBusObserver] = []
    private var lastAddress: UInt8 = 1

    init(_ benches: [SimulatedBench]) {
        ports = benches.map(BenchUSBPort.init)
        devices = ports.map { _ in nil }
        rootHub = HostDevice(
            number: 1, name: "usb\(Self.number)", port: RootHub(portCount: benches.count), now: { .zero })
    }

    /// Every device, the root hub first.
    var attached: [HostDevice] { [rootHub] + devices.compactMap(\.self) }

    /// Lets all benches live up to now, and follows what happened to their plugs.
    func advance(to wall: Duration) {
        now = max(now, wall)
        rootHub.settle()
        for device in devices { device?.settle() }
        follow()
    }

    /// Enumerates what came, drops what went.
    func follow() {
        for (index, port) in ports.enumerated() {
            if let device = devices[index], !port.isPlugged {
                devices[index] = nil
                device.disconnect()
                for observer in observers { observer.detached(device) }
            } else if devices[index] == nil, port.isPlugged {
                enumerate(index)
            }
        }
    }

    private func enumerate(_ index: Int) {
        let device = HostDevice(
            number: freeAddress(), name: "\(Self.number)-\(index + 1)", port: ports[index],
            now: { [unowned self] in now })
        devices[index] = device
        device.onChange = { [unowned self, unowned device] in
            for observer in observers { observer.changed(device) }
        }
        for observer in observers { observer.attached(device) }
    }

    /// Addresses are given out in turn, 2…127.
    private func freeAddress() -> UInt8 {
        repeat {
            lastAddress = lastAddress >= 127 ? 2 : lastAddress + 1
        } while devices.contains {
            $0?.number == lastAddress
        }
        return lastAddress
    }

    func plug(_ index: Int) {
        if ports[index].isPlugged {
            ports[index].unplug()
            follow()
        }
        ports[index].plug()
        follow()
    }
    func unplug(_ index: Int) {
        ports[index].unplug()
        follow()
    }
}
