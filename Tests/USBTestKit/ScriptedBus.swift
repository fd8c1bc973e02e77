// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import USBTransport

/// A bus with one device, whose claimed interface is scripted.
package final class ScriptedBus: USBBus {
    private let interface: ScriptedInterface
    private let refusal: USBError?
    package private(set) var claims: [UInt8] = []

    /// `refusal` is what claiming fails with.
    package init(_ interface: ScriptedInterface, refusing refusal: USBError? = nil) {
        (self.interface, self.refusal) = (interface, refusal)
    }

    package func devices() throws(USBError) -> [USBDeviceDescription] { [interface.device] }

    package func claim(
        interface number: UInt8, of device: USBDeviceDescription
    ) throws(USBError) -> any USBInterface {
        claims.append(number)
        if let refusal { throw refusal }
        return interface
    }
}
