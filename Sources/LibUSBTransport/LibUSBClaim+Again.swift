// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import USBTransport

extension LibUSBClaim {
    /// How long enumeration and udev's rules may take after a device has left for a moment.
    private static let returnLimit: Duration = .seconds(5)
    private static let pause: Duration = .milliseconds(100)

    /// Claims the same interface of the device that came back where `former` was.
    ///
    /// - Throws: `disconnected` when none did, or another one.
    static func again(_ former: LibUSBClaim) throws(USBError) -> LibUSBClaim {
        let time = former.context.time
        let deadline = Deadline(in: returnLimit, on: time)
        while true {
            do throws(USBError) {
                // A session of its own sees the device also where nobody tells about arrivals.
                let context = try LibUSBContext()
                if let device = try former.successor(in: context) {
                    return try LibUSBClaim(former.interface, of: device, in: context)
                }
            } catch {
                // The node comes before its permissions do.
                guard case .accessDenied = error, !deadline.hasPassed else { throw error }
            }
            guard !deadline.hasPassed else { throw .disconnected }
            time.wait(for: pause)
        }
    }

    /// The same product on the same port, with the interface that was claimed.
    private func successor(in context: LibUSBContext) throws(USBError) -> USBDeviceDescription? {
        var found: USBDeviceDescription?
        try context.forEachDevice { candidate in
            let location = LibUSBDescriptors.location(of: candidate)
            guard location.bus == device.location.bus, location.ports == device.location.ports else {
                return true
            }
            found = LibUSBDescriptors.describe(candidate)
            return false
        }
        guard let found, !SysfsDevice(at: found.location).hasLeft else { return nil }
        guard (found.vendorID, found.productID) == (device.vendorID, device.productID),
            found.serialUnits == device.serialUnits,
            found.interfaces.contains(where: { $0.number == interface && $0.alternate == 0 })
        else { throw .disconnected }
        return found
    }
}
