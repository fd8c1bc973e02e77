// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import ProductionJobs
import Testing

private let sample = """
    schema: 1
    name: line-3
    title: Line 3, end of conveyor
    slots:
      - {name: A1, usb: 3-1.4.2, serial: 0667FF, board: stm32h745xi-w25q128}
      - {name: A2, usb: 3-1.4.3}
      - {name: A3, usb: 3-1.4.4, start: on-arrival, recipe: product, sign: debug-port, debounce: 2 s}
      - {name: T1, sim: "stlink-v3,state=/var/lib/t1"}
    http: {socket: /run/extflash/station.sock, listen: "127.0.0.1:8086"}
    gang: {listen: "127.0.0.1:2323", recipe: product}
    park-time: 45 s
    limits: {image-size: 64 MiB, queued-jobs: 500}
    """

@Suite struct `Station files` {
    @Test func `say which slot is which socket`() throws {
        let station = try StationDefinition(yaml: sample, file: "station.yaml")
        #expect(station.slots.map(\.name) == ["A1", "A2", "A3", "T1"])
        #expect(station.slots[0].probe == .usb(path: "3-1.4.2", serial: "0667FF"))
        #expect(station.slots[3].probe == .simulated("stlink-v3,state=/var/lib/t1"))
        #expect(station.slots[1].arrival == nil)
        var arrival = StationDefinition.Arrival(recipe: "product")
        (arrival.sign, arrival.debounce) = (.debugPort, .seconds(2))
        #expect(station.slots[2].arrival == arrival)
        #expect(station.http.listen?.port == 8086)
        #expect(station.gang?.listen?.port == 2323)
        #expect(station.gang?.recipe == "product")
        #expect(station.parkTime == .seconds(45))
        #expect(station.limits.imageSize == 64 << 20)
        #expect(station.limits.queuedJobs == 500)
    }

    @Test func `have an example that is right`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Config/station.yaml")
        let station = try StationDefinition(
            yaml: String(contentsOf: path, encoding: .utf8), file: "station.yaml")
        #expect(station.slots.count == 4)
    }

    @Test(arguments: [
        ("usb: 3-1.4.3", "usb: 3-1.4.2", "6:5: slots `A1` and `A2` are on one socket, 3-1.4.2"),
        ("name: A2", "name: A1", "6:5: slot `A1` is given twice"),
        ("usb: 3-1.4.3", "usb: 3.1.4", "6:21: expected where the probe is plugged in"),
        ("usb: 3-1.4.3", "usb: 3-1.4.3, sim: x", "a slot has either `usb` or `sim`"),
        ("127.0.0.1:8086", "0.0.0.0:8086", "tokens would cross the network in the clear"),
        (
            "listen: \"127.0.0.1:8086\"", "listen: \"0.0.0.0:1\", key: /k",
            "`certificate` and `key` go together"
        ),
        ("listen: \"127.0.0.1:8086\"", "certificate: /c, key: /k", "`certificate` is for `listen`"),
        ("listen: \"127.0.0.1:8086\"", "listen: \"0.0.0.0:1\", certificate: c, key: /k", "an absolute path"),
        ("127.0.0.1:8086", "127.0.0.1", "an address and a port"),
        ("127.0.0.1:2323", "0.0.0.0:2323", "whoever reaches the port may start units"),
        ("listen: \"127.0.0.1:2323\", ", "", "`gang` has `listen`, `socket` or both"),
        (", recipe: product, sign", ", sign", "`recipe` is missing"),
        ("start: on-arrival, ", "", "`recipe` is for slots with `start: on-arrival`"),
        ("sign: debug-port", "sign: lid", "lid"), ("debounce: 2 s", "debounce: 1 ms", "1 ms"),
        ("park-time", "parktime", "unknown key `parktime`"),
    ])
    func `are refused with the place of the mistake`(old: String, new: String, message: String) throws {
        let text = sample.replacing(old, with: new, maxReplacements: 1)
        #expect(text != sample)
        let error = try #require(throws: DefinitionError.self) {
            _ = try StationDefinition(yaml: text, file: "station.yaml")
        }
        #expect(error.summary.contains(message), "\(error.summary)")
    }
}
