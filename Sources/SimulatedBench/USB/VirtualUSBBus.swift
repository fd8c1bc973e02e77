// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// The bus the virtual probe is plugged into, as the drivers see it.
final class VirtualUSBBus: USBBus {
    let controller: VirtualHostController
    private var claims: Set<UInt8> = []

    init(_ controller: VirtualHostController) { self.controller = controller }

    func devices() throws(USBError) -> [USBDeviceDescription] { controller.isPlugged ? [description] : [] }

    private var description: USBDeviceDescription {
        controller.function.descriptors.description(at: controller.location)
    }

    func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError) -> any USBInterface
    {
        guard controller.isPlugged, device.location == controller.location else { throw .disconnected }
        guard let descriptor = description.interfaces.first(where: { $0.number == number }) else {
            throw .noSuchInterface(number: number)
        }
        guard claims.insert(number).inserted else {
            throw .busy(device: device.product ?? "the virtual probe", holder: "another claim on this bench")
        }
        return VirtualUSBInterface(bus: self, device: device, descriptor: descriptor)
    }

    func release(_ number: UInt8) { claims.remove(number) }
    /// A replugged device is a new one: nobody holds it.
    func forgetClaims() { claims = [] }
}
