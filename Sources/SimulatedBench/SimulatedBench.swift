// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import USBTransport

/// One virtual probe in front of one simulated board: a USB bus with one device on it, and the time it lives in.
package final class SimulatedBench {
    package let time: any Timebase
    package let bus: any USBBus

    /// STUB: replaced by the assembly of probe, wire and machine.
    package init(_ configuration: BenchConfiguration) {
        time = VirtualTime()
        bus = EmptyBus()
    }
}

private final class EmptyBus: USBBus {
    func devices() throws(USBError) -> [USBDeviceDescription] { [] }
    func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError) -> any USBInterface {
        throw .noSuchInterface(number: number)
    }
}
