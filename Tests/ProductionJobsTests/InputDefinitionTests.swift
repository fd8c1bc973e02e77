// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ProductionJobs
import Testing

private let sample = """
    schema: 1
    name: line
    title: A line
    slots: [{name: A1, sim: stlink-v3}, {name: A2, sim: stlink-v3}]
    inputs:
      - {name: left, device: /dev/input/by-id/usb-ACME-event-kbd, recipe: product, scan: next-free}
      - name: right
        usb: {id: "0c2e:0901", phys: usb-0000:00:14.0-3}
        recipe: product
        batch: WO-1
        scan: A2
        field: mac
        layout: us
        keys: [{key: y, types: z, shifted: Z}, {key: code-86, types: "<"}]
        debounce: 5 s
      - {name: pedal, device: /dev/input/event9, recipe: product, press: [{key: f13, starts: all}, {key: btn-left, starts: A1}]}
    """

@Suite struct `Inputs of a station file` {
    @Test func `say which device does what`() throws {
        let inputs = try StationDefinition(yaml: sample, file: "station.yaml").inputs
        #expect(inputs.map(\.name) == ["left", "right", "pedal"])
        #expect(inputs[0].device == .path("/dev/input/by-id/usb-ACME-event-kbd"))
        #expect(inputs[0].use == .scanner(InputDefinition.Scanner()))
        #expect(inputs[0].debounce == .seconds(2))
        #expect(inputs[1].device == .usb(vendor: 0x0c2e, product: 0x0901, physical: "usb-0000:00:14.0-3"))
        #expect("\(inputs[1].device)" == "0c2e:0901 at usb-0000:00:14.0-3")
        var scanner = InputDefinition.Scanner()
        (scanner.start, scanner.field) = (.slot("A2"), "mac")
        scanner.layout = [21: .init(plain: "z", shifted: "Z"), 86: .init(plain: "<", shifted: "<")]
        #expect(inputs[1].use == .scanner(scanner))
        #expect(inputs[1].batch == "WO-1")
        #expect(
            inputs[2].use == .keys([.init(code: 183, start: .all), .init(code: 0x110, start: .slot("A1"))]))
        #expect(inputs[2].debounce == .milliseconds(300))
    }

    @Test(arguments: [
        ("device: /dev/input/event9", "device: event9", "16:27: expected an absolute path"),
        ("starts: A1", "starts: A7", "16:120: `A7` is not one of next-free, all, A1, A2"),
        ("scan: next-free}", "scan: all}", "6:86: a serial number is one unit's"),
        ("key: f13", "key: pedal", "16:77: expected a key"),
        ("btn-left", "f13", "key f13 is given twice"),
        ("name: right", "name: left", "input `left` is given twice"),
        (
            "/dev/input/event9", "/dev/input/by-id/usb-ACME-event-kbd",
            "inputs `left` and `pedal` are one device"
        ),
        ("0c2e:0901", "c2e:901", "8:15: expected vendor and product"),
        ("layout: us", "layout: de", "13:13: `de` is not one of us"),
        ("types: z", "types: zz", "expected one character"),
        ("scan: A2", "press: [{key: a, starts: A1}]", "for inputs with `scan`"),
        (", scan: next-free", "", "6:5: an input has either `scan` or `press`"),
        ("key: y", "key: code-9999", "expected a key"),
        ("press: [{key: f13, starts: all}, ", "lid: [{key: f13, starts: all}, ", "unknown key `lid`"),
    ])
    func `are refused with the place of the mistake`(old: String, new: String, message: String) throws {
        let text = sample.replacing(old, with: new, maxReplacements: 1)
        #expect(text != sample)
        let error = try #require(throws: DefinitionError.self) {
            _ = try StationDefinition(yaml: text, file: "station.yaml")
        }
        #expect(error.description.contains(message), "\(error.description)")
    }

    @Test func `know every key of a keyboard of the US once`() {
        for character in "abcdefghijklmnopqrstuvwxyz0123456789-=[];'`\\,./ " {
            let code = InputKey.code(named: String(character))
            #expect(code.flatMap { InputKey.unitedStates[$0]?.plain } == character)
        }
        // linux/input-event-codes.h: KEY_Q, KEY_SEMICOLON, KEY_KP0, KEY_KPDOT, KEY_SLASH, KEY_F24.
        let known: [(String, UInt16)] = [
            ("q", 16), (";", 39), ("kp0", 82), ("kpdot", 83), ("/", 53), ("f24", 194),
        ]
        for (name, code) in known { #expect(InputKey.code(named: name) == code, "\(name)") }
        #expect(InputKey.unitedStates[71]?.plain == "7")
        #expect(InputKey.unitedStates[82]?.plain == "0")
        #expect(InputKey.unitedStates[28] == nil)
    }
}
