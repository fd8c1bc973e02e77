// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import USBTransport

extension CMSISDAPProbe {
    /// Every CMSIS-DAP interface of the device, the one to prefer first (version 2 before version 1); empty when it is no such probe.
    package static func candidates(in device: USBDeviceDescription) -> [ProbeCandidate] {
        CMSISDAPInterface.all(in: device).map { interface in
            ProbeCandidate(
                kind: interface.kind, product: device.product ?? interface.kind, serial: serial(of: device),
                interface: interface.number)
        }
    }

    /// - Returns: nil when the device has none.
    static func serial(of device: USBDeviceDescription) -> String? {
        guard let units = device.serialUnits, !units.isEmpty else { return nil }
        return String(decoding: units, as: UTF16.self)
    }
}
