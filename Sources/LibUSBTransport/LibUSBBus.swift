// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
package import USBTransport

/// The machine's own USB, through libusb-1.0.
///
/// No event thread of ours: completions and hot-plug events are collected by whoever waits for one, on the thread that
/// owns the bus.
package final class LibUSBBus: USBBus {
    private let context: LibUSBContext

    /// - Throws: ``USBError/noUSB(detail:)`` where there is no USB at all.
    package init() throws(USBError) { context = try LibUSBContext() }

    package func devices() throws(USBError) -> [USBDeviceDescription] {
        var found: [USBDeviceDescription] = []
        try context.forEachDevice { device in
            if let description = LibUSBDescriptors.describe(device) { found.append(description) }
            return true
        }
        return found.sorted { left, right in
            (left.location.bus, left.location.address) < (right.location.bus, right.location.address)
        }
    }

    package func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError)
        -> any USBInterface
    {
        guard let descriptor = device.interfaces.first(where: { $0.number == number && $0.alternate == 0 })
        else {
            throw .noSuchInterface(number: number)
        }
        return LibUSBInterface(try LibUSBClaim(number, of: device, in: context), descriptor: descriptor)
    }

    package func watch() throws(USBError) -> (any USBWatch)? {
        guard libusb_has_capability(UInt32(LIBUSB_CAP_HAS_HOTPLUG.rawValue)) != 0 else { return nil }
        return try LibUSBWatch(context)
    }
}
