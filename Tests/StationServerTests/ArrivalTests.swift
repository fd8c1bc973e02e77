// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HTTPTypes
import HardwareDescription
import ProductionJobs
import ProductionStore
import Testing
import USBTestKit
import USBTransport
import Workbench

@testable import StationServer

@Suite struct `A board that arrives` {
    private let debounce = Duration.milliseconds(500)

    @Test func `is told once, when it has been there for the whole of the time`() {
        var watch = ArrivalWatch(debounce: debounce)
        // Time in ms, what is seen, whether a board has arrived.
        let looks: [(Int, Bool?, Bool)] = [
            (0, false, false), (250, true, false), (500, false, false), (750, true, false),
            (1000, true, false), (1250, true, true), (1500, true, false), (1750, false, false),
            // A contact that bounces, and a probe that is unplugged, are no departure.
            (2000, true, false), (2250, false, false), (2500, nil, false), (2750, false, false),
            (3000, true, false), (9000, true, false), (9250, false, false), (9750, false, false),
            (10_000, true, false), (10_500, true, true),
        ]
        for (time, seen, arrived) in looks {
            let told = watch.note(seen, at: .milliseconds(time))
            #expect(told == arrived, "at \(time) ms")
        }
    }

    @Test func `does not count as one when it is there at the first look`() {
        var watch = ArrivalWatch(debounce: debounce)
        for time in 0..<20 {
            let told = watch.note(true, at: .milliseconds(time * 250))
            #expect(!told)
        }
        #expect(watch.hasBoard == true)
    }

    @Test(arguments: [
        ("stlink-v3", "voltage"), ("stlink-v2", "debug-port"), ("stlink-v2-1", "debug-port"),
        ("cmsis-dap-v1", "voltage"), ("cmsis-dap-v2", "debug-port"), ("stlink-v3", "debug-port"),
    ])
    func `gets its unit by itself, and only one`(probe: String, sign: String) async throws {
        let fixture = try StationFixture(
            slots: [probe], more: ", start: on-arrival, recipe: product, sign: \(sign)")
        defer { fixture.remove() }
        try fixture.addRecipe()
        let worker = try fixture.station.worker("A1")
        var now = Duration.zero
        func look(_ count: Int = 4) async {
            for _ in 0..<count {
                await worker.look(at: now)
                now += .milliseconds(250)
            }
            await fixture.station.workOffQueue()
        }
        func units() throws -> [Verdict?] { try fixture.memory.units.units().map(\.closing?.verdict) }
        await look()
        #expect(try units() == [])
        worker.fixture.hasBoard = false
        await look()
        #expect(try await fixture.station.slots()[0].hasBoard == false)
        worker.fixture.hasBoard = true
        await look()
        #expect(try units() == [.good])
        await look()
        // The probe is pulled out and comes back: the board is the same.
        worker.fixture.isPlugged = false
        await look()
        #expect(try await fixture.station.slots()[0].probeProblem?.code == "STN-029")
        worker.fixture.isPlugged = true
        await look()
        #expect(try await fixture.station.slots()[0].probeProblem == nil)
        #expect(try units() == [.good])
        worker.fixture.hasBoard = false
        await look()
        worker.fixture.hasBoard = true
        await look()
        #expect(try units() == [.good, .good])
    }
}

@Suite struct `Probes in slots` {
    @Test func `are missed and found by what the bus tells`() async throws {
        let bus = PlugBus()
        let fixture = try StationFixture(plugs: ProbeWatch { () throws(USBError) in bus })
        defer { fixture.remove() }
        let station = fixture.station
        _ = try await station.reload(
            to: StationDefinition(
                yaml: """
                    schema: 1
                    name: line
                    title: A line
                    park-time: 0 s
                    slots: [{name: A1, usb: 3-1.1, serial: X1}, {name: A2, usb: 3-1.2}]
                    """, file: "station.yaml"))
        func problems() async throws -> [String?] {
            #expect(await station.notePlugs(within: .seconds(1)))
            return try await station.slots().map(\.probeProblem?.code)
        }
        let probe = USBDeviceDescription.stlinkV3(port: 1, serial: "X1")
        #expect(try await problems() == ["STN-029", "STN-029"])
        bus.plug(probe)
        #expect(try await problems() == [nil, "STN-029"])
        bus.unplug(probe)
        bus.plug(.stlinkV3(port: 1, address: 9, serial: "X7"))
        bus.plug(.stlinkV3(port: 2))
        #expect(try await problems() == ["STN-014", nil])
        bus.fail(.noUSB(detail: "no /dev/bus/usb"))
        #expect(await station.notePlugs(within: .seconds(1)) == false)
        #expect(try await station.slots().map(\.probeProblem?.code) == ["STN-029", "STN-029"])
        #expect(try await problems() == ["STN-014", nil])
        // Nothing more is looked at while nothing happens.
        let looks = bus.looks
        #expect(try await problems() == ["STN-014", nil])
        #expect(bus.looks == looks)
    }

    @Test func `are known by where they are plugged in`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        _ = try await fixture.station.reload(
            to: StationDefinition(
                yaml: """
                    schema: 1
                    name: line
                    title: A line
                    park-time: 0 s
                    slots:
                      - {name: A1, usb: 3-1.1}
                      - {name: A2, usb: 3-1.2, serial: X2}
                      - {name: A3, usb: 4-2.1.3}
                    """, file: "station.yaml"))
        func problems(_ seen: [(String, String?)]) async throws -> [String?] {
            await fixture.station.note(
                seen.map { SeenProbe(path: $0.0, kind: "CMSIS-DAP v2", product: "p", serial: $0.1) })
            return try await fixture.station.slots().map(\.probeProblem?.code)
        }
        // Identical ones without serial numbers, on two root ports, and one that belongs to no slot.
        #expect(
            try await problems([("3-1.1", nil), ("3-1.2", "X2"), ("4-2.1.3", nil), ("1-1", "Y")])
                == [nil, nil, nil])
        #expect(try await problems([("3-1.1", nil), ("3-1.2", nil)]) == [nil, "STN-014", "STN-029"])
        #expect(try await problems([("3-1.2", "X2"), ("4-2.1.3", nil), ("3-1.1", nil)]) == [nil, nil, nil])
        // The engineer is shown it, an operator is not.
        let stranger = SeenProbe(path: "1-1", kind: "CMSIS-DAP v2", product: "p", serial: "Y")
        let known = SeenProbe(path: "4-2.1.3", kind: "CMSIS-DAP v2", product: "p", serial: nil)
        #expect(fixture.station.assigned([stranger, known]).map(\.slot) == [nil, "A3"])
        let shown = try await APIClient(fixture.station).ask(.get, "/v1/slots")
        #expect(!shown.text.contains("1-1\""))
        let token = try fixture.memory.tokens.create("operator", role: .operate, at: "")
        let asked = try await APIClient(fixture.station, .token).ask(
            .get, "/v1/probes", headers: [.authorization: "Bearer \(token)"])
        #expect(try asked.code == "STN-005")
        let request = try await APIClient(fixture.station).ask(
            .put, "/v1/slots/A1/simulation", #"{"board": false}"#)
        #expect(try request.code == "STN-002")
    }

    @Test func `of the simulator come and go as an engineer wants`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe()
        let client = APIClient(fixture.station)
        func verdict(after body: String) async throws -> String? {
            #expect(try await client.ask(.put, "/v1/slots/A1/simulation", body).status == .ok)
            let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
            await fixture.station.workOffQueue()
            let closing = try fixture.unit(job).closing
            return closing?.error?.failureClass ?? closing?.verdict.rawValue
        }
        #expect(try await verdict(after: #"{"board": false}"#) == FailureClass.targetUnpowered.name)
        #expect(try await verdict(after: #"{"board": true, "probe": false}"#) == FailureClass.noProbe.name)
        #expect(try await verdict(after: #"{"probe": true}"#) == "good")
    }
}
