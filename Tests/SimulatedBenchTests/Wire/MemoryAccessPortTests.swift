// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

@Suite struct `Memory access port` {
    let target = ScriptedTarget()

    private func port(_ index: Int = 0, wrap: UInt32? = nil) -> Port {
        var identity = target.accessPorts[index]
        if let wrap { identity.wrap = wrap }
        return Port(MemoryAccessPort(index: index, identity: identity, target: target))
    }
    /// Lets an expectation call what changes the port.
    private final class Port {
        private var port: MemoryAccessPort
        init(_ port: MemoryAccessPort) { self.port = port }
        var address: UInt32 { port.address }
        var control: UInt32 { port.control }
        func read(_ offset: UInt8) -> UInt32? { port.read(offset) }
        func write(_ offset: UInt8, _ value: UInt32) -> Bool { port.write(offset, value) }
    }

    @Test func `moves bytes on the lanes their address names`() {
        let port = port()
        target.memory = [0x100: 0x4433_2211]
        _ = port.write(0x00, 0x2300_0010)
        _ = port.write(0x04, 0x102)
        #expect(port.read(0x0C).map { $0 >> 16 & 0xFF } == 0x33)
        #expect(port.address == 0x103)
        #expect(port.write(0x0C, 0xEE00_0000))
        #expect(target.memory[0x100] == 0xEE33_2211)
        #expect(port.address == 0x104)
    }

    @Test func `does not give the lanes that were not accessed`() {
        let port = port()
        target.memory = [0x100: 0]
        _ = port.write(0x00, 0x2300_0011)
        _ = port.write(0x04, 0x102)
        #expect(port.read(0x0C) == 0x0000_A5A5)
    }

    @Test func `packs four bytes into one transfer`() {
        let port = port()
        target.memory = [0x200: 0, 0x204: 0x8877_6655]
        _ = port.write(0x00, 0x2300_0020)
        _ = port.write(0x04, 0x200)
        #expect(port.write(0x0C, 0x0403_0201))
        #expect(target.memory[0x200] == 0x0403_0201)
        #expect(target.accesses.map(\.width) == [1, 1, 1, 1])
        #expect(port.read(0x0C) == 0x8877_6655)
        #expect(port.address == 0x208)
    }

    @Test func `does not carry out of its wrap block`() {
        target.unmapped = 0
        for (wrap, next) in [(UInt32(0x400), UInt32(0x2400_0000)), (0x1000, 0x2400_0400)] {
            let port = port(wrap: wrap)
            _ = port.write(0x00, 0x2300_0012)
            _ = port.write(0x04, 0x2400_03FC)
            _ = port.read(0x0C)
            #expect(port.address == next)
        }
    }

    @Test func `keeps its address when the access fails`() {
        let port = port()
        _ = port.write(0x00, 0x2300_0012)
        _ = port.write(0x04, 0x2400_0000)
        #expect(port.read(0x0C) == nil)
        #expect(port.address == 0x2400_0000)
    }

    @Test func `reaches four words around TAR through the banked data registers`() {
        let port = port()
        target.memory = [0x108: 7]
        _ = port.write(0x04, 0x104)
        #expect(port.read(0x18) == 7)
        #expect(port.write(0x18, 9))
        #expect(target.memory[0x108] == 9)
        #expect(port.address == 0x104)
    }

    @Test func `knows only words on APB and keeps its fixed bits`() {
        let port = port(1)
        _ = port.write(0x00, 0x0000_0020)
        #expect(port.read(0x00) == 0x42)
        _ = port.write(0x00, 0xFFFF_FFFF)
        #expect(port.read(0x00) == 0x8000_0042)
    }

    @Test func `hands CSW to the bus with each access`() {
        let port = port()
        target.unmapped = 0
        _ = port.write(0x00, 0x0B00_0012)
        _ = port.read(0x0C)
        #expect(target.accesses.first?.csw == port.control)
        #expect(port.control & 0x0F00_0000 == 0x0B00_0000)
    }

    @Test func `tells what it is`() {
        let port = port()
        #expect(port.read(0xFC) == 0x8477_0001)
        #expect(port.read(0xF8) == 0xE00F_E003)
        #expect(port.read(0xF4) == 0)
        #expect(port.read(0x20) == 0)
    }
}
