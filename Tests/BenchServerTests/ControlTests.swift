// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench
import Testing

@testable import BenchServer

@Suite struct `Control commands` {
    @Test func `are read from a line`() throws {
        #expect(try ControlCommand("plug") == .plug(probe: 1))
        #expect(try ControlCommand("unplug 3") == .unplug(probe: 3))
        #expect(try ControlCommand("power-cycle 2") == .powerCycle(probe: 2))
        #expect(try ControlCommand("fault stall") == .fault(.stall, probe: 1, endpoint: nil, after: 0))
        #expect(
            try ControlCommand("fault  short after 12 endpoint 0x81 probe 2")
                == .fault(.short, probe: 2, endpoint: 0x81, after: 12))
        #expect(try ControlCommand("status") == .status)
    }

    @Test(arguments: [
        "", "plugs", "plug x", "plug 1 2", "plug -1", "status 1", "fault", "fault flood",
        "fault stall endpoint",
        "fault stall endpoint 0x1FF", "fault stall endpoint 0x71", "fault stall noise 3",
        "plug 99999999999999999999",
    ])
    func `that make no sense are refused`(line: String) {
        #expect(throws: ControlCommand.Malformed.self) { try ControlCommand(line) }
    }

    @Test func `act on the bus and are answered`() throws {
        let rig = UsbfsRig(.stlinkV3, .cmsisDAPv1)
        #expect(rig.bus.obey("unplug 2") == "ok\n")
        #expect(rig.bus.devices[1] == nil)
        let lines = rig.bus.obey("status").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("1 stlink-v3 1-1 address 2 "))
        #expect(lines[1].hasPrefix("2 cmsis-dap-v1 unplugged "))
        #expect(rig.bus.obey("plug 2") == "ok\n")
        #expect(rig.bus.devices[1]?.number == 4)
        #expect(rig.bus.obey("power-cycle") == "ok\n")
        #expect(rig.bus.obey("fault stall endpoint 0x81") == "ok\n")
        #expect(rig.bus.obey("plug 3") == "error there is no probe 3, only 1…2\n")
        #expect(rig.bus.obey("dance").hasPrefix("error `dance` is none of: plug"))
    }
}

@Suite struct `Simulation pace` {
    @Test func `gives an idle bench a twentieth of the processor`() {
        var pace = SimulationPace()
        pace.finished(from: .zero, to: .milliseconds(10), isInUse: false)
        #expect(pace.nextWake == .milliseconds(200))
        pace.finished(from: .zero, to: .milliseconds(1), isInUse: false)
        #expect(pace.nextWake == .milliseconds(51))
        pace.finished(from: .zero, to: .milliseconds(1), isInUse: true)
        #expect(pace.nextWake == .milliseconds(6))
        pace.finished(from: .zero, to: .milliseconds(20), isInUse: true)
        #expect(pace.nextWake == .milliseconds(40))
    }
}
