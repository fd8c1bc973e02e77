// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

@Suite struct `Debug port` {
    let target = ScriptedTarget()
    let clock: ProbeClock
    let wire: SerialWireHost

    init() {
        clock = ProbeClock(target: target)
        wire = SerialWireHost(target: target, clock: clock)
        wire.setFrequency(24_000_000)
        wire.connect()
    }

    private func powerUp() {
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0000)
        clock.spend(.milliseconds(1))
    }
    private func select(_ value: UInt32) { _ = wire.transfer(.writeDP(0x8), writing: value) }
    private var status: UInt32 { wire.transfer(.readDP(0x4)).value }
    private func setTransferAddress(_ address: UInt32) {
        _ = wire.transfer(.writeAP(0x0), writing: 0x2300_0012)
        _ = wire.transfer(.writeAP(0x4), writing: address)
    }

    @Test func `tells what it is`() {
        #expect(wire.transfer(.readDP(0)).value == 0x6BA0_2477)
        select(2)
        #expect(wire.transfer(.readDP(0x4)).value == 0x0450_0041)
        select(3)
        #expect(wire.transfer(.readDP(0x4)).value == 1)
    }

    @Test func `acknowledges power only after a while, and only while it is asked for`() {
        #expect(status & 0x2000_0000 == 0)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0000)
        #expect(status & 0x2000_0000 == 0)
        clock.spend(.microseconds(20))
        #expect(status & 0xF000_0000 == 0xF000_0000)
        #expect(target.powerRequests == [.init(debug: true, system: true)])
        _ = wire.transfer(.writeDP(0x4), writing: 0)
        #expect(status & 0x2000_0000 == 0)
    }

    @Test func `faults an access port that has no power, and everything after it until ABORT`() {
        #expect(wire.transfer(.readAP(0xC)).isFault)
        #expect(status & 0x20 != 0)
        #expect(wire.transfer(.readDP(0xC)).isFault)
        #expect(wire.transfer(.writeDP(0x8)).isFault)
        #expect(wire.transfer(.readDP(0)).isOkay)
        #expect(wire.transfer(.writeDP(0), writing: 0x4).isOkay)
        #expect(status & 0x20 == 0)
        #expect(wire.transfer(.readDP(0xC)).isOkay)
    }

    @Test func `gives each posted read's result with the next one`() {
        powerUp()
        target.memory = [0x2400_0000: 0x11, 0x2400_0004: 0x22]
        setTransferAddress(0x2400_0000)
        _ = wire.transfer(.readAP(0xC))
        #expect(wire.transfer(.readAP(0xC)).value == 0x11)
        #expect(wire.transfer(.readDP(0xC)).value == 0x22)
        #expect(wire.transfer(.readDP(0xC)).value == 0x22)
        #expect(target.accesses.count == 2)
    }

    @Test func `sends the last read again without another access`() {
        powerUp()
        target.memory = [0x2400_0000: 0xCAFE]
        setTransferAddress(0x2400_0000)
        _ = wire.transfer(.readAP(0xC))
        #expect(wire.transfer(.readDP(0xC)).value == 0xCAFE)
        #expect(wire.transfer(.readDP(0x8)).value == 0xCAFE)
        #expect(target.accesses.count == 1)
    }

    @Test func `reports a bus error with the transfer after the one that met it`() {
        powerUp()
        setTransferAddress(0x1000_0000)
        #expect(wire.transfer(.readAP(0xC)).isOkay)
        #expect(wire.transfer(.readDP(0xC)).isFault)
        #expect(status & 0x60 == 0x20)
        _ = wire.transfer(.writeDP(0), writing: 0x1E)
        #expect(wire.transfer(.writeAP(0xC), writing: 1).isOkay)
        #expect(wire.transfer(.readDP(0xC)).isFault)
    }

    @Test func `answers WAIT while the bus is stuck and recovers by DAPABORT`() {
        powerUp()
        target.memory = [0x2400_0000: 5]
        setTransferAddress(0x2400_0000)
        target.busyPorts = [0]
        #expect(wire.transfer(.readAP(0xC)).isOkay)
        #expect(wire.transfer(.readDP(0xC)).isWait)
        #expect(wire.transfer(.readAP(0xC)).isWait)
        #expect(wire.transfer(.writeDP(0x8)).isWait)
        #expect(wire.transfer(.readDP(0x4)).isOkay)
        #expect(wire.transfer(.writeDP(0), writing: 1).isOkay)
        #expect(target.aborted == [0])
        #expect(wire.transfer(.readDP(0xC)).isFault)
        #expect(wire.transfer(.writeDP(0), writing: 0x1E).isOkay)
        #expect(wire.transfer(.readDP(0xC)).isOkay)
        #expect(target.accesses.isEmpty)
    }

    @Test func `takes an access that never comes back for a stuck one`() {
        powerUp()
        setTransferAddress(0x5800_0000)
        target.hangingAddresses = [0x5800_0000]
        #expect(wire.transfer(.readAP(0xC)).isOkay)
        #expect(wire.transfer(.readDP(0xC)).isWait)
        #expect(status & 0x20 == 0)
    }

    @Test func `finishes the access itself when the bus gets free`() {
        powerUp()
        target.memory = [0x2400_0000: 5]
        setTransferAddress(0x2400_0000)
        target.busyPorts = [0]
        target.busyUntil = clock.now + .microseconds(500)
        _ = wire.transfer(.readAP(0xC))
        #expect(wire.transfer(.readDP(0xC)).isWait)
        clock.spend(.milliseconds(1))
        #expect(wire.transfer(.readDP(0xC)).value == 5)
    }

    @Test func `latches an overrun when overrun detection is on`() {
        powerUp()
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0001)
        wire.forcesDataPhase = true
        target.memory = [0x2400_0000: 5]
        setTransferAddress(0x2400_0000)
        target.busyPorts = [0]
        _ = wire.transfer(.readAP(0xC))
        #expect(wire.transfer(.readAP(0xC)).isWait)
        target.busyPorts = []
        #expect(wire.transfer(.readAP(0xC)).isFault)
        #expect(status & 0x2 != 0)
        _ = wire.transfer(.writeDP(0), writing: 0x10)
        #expect(status & 0x2 == 0)
    }

    @Test func `compares pushed data under its byte lanes`() {
        powerUp()
        target.memory = [0x2400_0000: 0x1122_3344]
        setTransferAddress(0x2400_0000)
        // Pushed verify, upper halfword: a mismatch sets STICKYCMP.
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0C04)
        _ = wire.transfer(.writeAP(0x4), writing: 0x2400_0000)
        _ = wire.transfer(.writeDP(0), writing: 0x1E)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0000)
        setTransferAddress(0x2400_0000)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0C04)
        #expect(wire.transfer(.writeAP(0xC), writing: 0x1122_FFFF).isOkay)
        #expect(status & 0x10 == 0)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0000)
        setTransferAddress(0x2400_0000)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0C04)
        #expect(wire.transfer(.writeAP(0xC), writing: 0xFF22_3344).isOkay)
        #expect(status & 0x10 != 0)
        #expect(target.memory[0x2400_0000] == 0x1122_3344)
    }

    @Test func `repeats a write as often as the transaction counter says`() {
        powerUp()
        target.unmapped = 0
        setTransferAddress(0x2400_0000)
        _ = wire.transfer(.writeDP(0x4), writing: 0x5000_0000 | 3 << 12)
        _ = wire.transfer(.writeAP(0xC), writing: 0xA5)
        #expect(target.accesses.map(\.address) == [0x2400_0000, 0x2400_0004, 0x2400_0008, 0x2400_000C])
        #expect(status & 0x003F_F000 == 0)
    }

    @Test func `is silent without a supply and starts over when it comes back`() {
        powerUp()
        target.supplyVoltage = 0
        #expect(wire.transfer(.readDP(0)).acknowledge == 7)
        target.supplyVoltage = 3.3
        #expect(wire.transfer(.readDP(0)).acknowledge == 7)
        wire.connect()
        #expect(wire.transfer(.readDP(0)).isOkay)
        #expect(status & 0x2000_0000 == 0)
    }

    @Test func `is silent while firmware uses the debug pins for something else`() {
        target.debugPinsAreConnected = false
        #expect(wire.transfer(.readDP(0)).acknowledge == 7)
        target.debugPinsAreConnected = true
        #expect(wire.transfer(.readDP(0)).isOkay)
    }
}

extension SerialWireHost {
    /// Line reset, JTAG-to-SWD, line reset, DPIDR.
    func connect() {
        write(.max, bits: 51)
        write(0xE79E, bits: 16)
        write(.max, bits: 51)
        write(0, bits: 8)
        _ = transfer(.readDP(0))
    }
}
