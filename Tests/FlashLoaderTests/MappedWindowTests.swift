// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import FlashController
@testable import FlashLoader

/// ES0392 §2.7.5: reads of the last bytes that FSIZE describes hang the bus.
@Suite struct `What is read through the memory map` {
    private func window(
        sizeExponent: UInt8 = 23, mode: QuadSPIMode = .memoryMapped, isEnabled: Bool = true,
        addressBytes: UInt8 = 4
    ) -> MappedWindow? {
        var control = RegisterValue<QuadSPIControl>()
        control.enable = isEnabled
        var device = RegisterValue<QuadSPIDevice>()
        device.size = sizeExponent
        var communication = RegisterValue<QuadSPICommunication>()
        communication.functionalMode = mode
        communication.addressSize = addressBytes - 1
        let state = QuadSPIState(
            control: control, device: device, status: RegisterValue(), communication: communication)
        return MappedWindow(state, mappedFlash: 0x9000_0000..<0xA000_0000)
    }

    @Test func `ends 128 bytes before the end of what the controller describes`() {
        #expect(window()?.range == 0x9000_0000..<0x90FF_FF80)
        #expect(window(sizeExponent: 22)?.range == 0x9000_0000..<0x907F_FF80)
        #expect(window(sizeExponent: 31)?.range == 0x9000_0000..<0x9FFF_FF80)
    }

    @Test func `ends where addresses of three bytes do`() {
        #expect(window(addressBytes: 3)?.range == 0x9000_0000..<0x90FF_FF80)
        #expect(window(sizeExponent: 24, addressBytes: 3)?.range == 0x9000_0000..<0x9100_0000)
    }

    @Test func `is nothing in any other mode, switched off, or of 128 bytes`() {
        #expect(window(mode: .indirectRead) == nil)
        #expect(window(mode: .indirectWrite) == nil)
        #expect(window(mode: .automaticPolling) == nil)
        #expect(window(isEnabled: false) == nil)
        #expect(window(sizeExponent: 6) == nil)
        #expect(window(sizeExponent: 7)?.range.count == 128)
    }
}
