// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import USBTransport

extension STLinkProbe {
    /// The ST-LINK on this device, if it is one: by vendor, product id and the endpoints of interface 0.
    ///
    /// A probe that this driver can name but not use (V1, firmware loader) is listed with what keeps it from
    /// being used.
    package static func candidates(in device: USBDeviceDescription) -> [ProbeCandidate] {
        recognises(device).map { [$0] } ?? []
    }

    /// The only way to use it, which is what tests ask for.
    ///
    /// - Returns: nil when the device is no ST-LINK.
    package static func recognises(_ device: USBDeviceDescription) -> ProbeCandidate? {
        guard let product = product(of: device) else { return nil }
        return ProbeCandidate(
            kind: product.name, product: device.product ?? product.name,
            serial: STLinkSerialNumber.text(of: device.serialUnits), interface: STLinkProduct.interfaceNumber,
            obstacle: obstacle(to: product, on: device))
    }

    static func product(of device: USBDeviceDescription) -> STLinkProduct? {
        guard device.vendorID == STLinkProduct.vendorID else { return nil }
        return STLinkProduct.all.first { $0.productID == device.productID }
    }

    static func obstacle(to product: STLinkProduct, on device: USBDeviceDescription) -> ProbeError? {
        if product.generation == .v1 {
            return .unsupported(feature: "ST-LINK/V2 protocol", needs: "an ST-LINK/V2, V2-1 or V3")
        }
        if product.isLoader {
            return .unsupported(
                feature: "debug commands while its firmware loader runs",
                needs: "its ordinary firmware (replug it; if that does not help, let ST's updater finish)")
        }
        let endpoints = device.interfaces
            .first { $0.number == STLinkProduct.interfaceNumber && $0.alternate == 0 }?.endpoints
        let bulk = endpoints?.filter { $0.kind == .bulk }.map(\.address) ?? []
        guard bulk.contains(product.commandEndpoint), bulk.contains(product.answerEndpoint) else {
            return .unsupported(
                feature: "debug endpoints on interface \(STLinkProduct.interfaceNumber)",
                needs: "ST's own firmware")
        }
        return nil
    }
}
