// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Glibc
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

/// What a keyboard hands over, as bytes: made after the kernel's header, not with the code under test.
struct Typist {
    private(set) var bytes: [UInt8] = []
    var milliseconds = 1_700_000_000_000

    /// Letters and digits by their key's number (linux/input-event-codes.h).
    private static let keys: [Character: UInt16] = [
        "1": 2, "2": 3, "7": 8, "0": 11, "-": 12, "q": 16, "s": 31, "a": 30, "z": 44, "n": 49, "y": 21,
    ]

    mutating func event(_ kind: UInt16, _ code: UInt16, _ value: Int32) {
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
        }
        put(Int64(milliseconds / 1000))
        put(Int64(milliseconds % 1000 * 1000))
        put(kind)
        put(code)
        put(value)
    }

    /// A key as a scanner sends it: scan code, key, end of the report; down and up, a few milliseconds apart.
    mutating func key(_ code: UInt16) {
        for value: Int32 in [1, 0] {
            event(4, 4, 0x70004)
            event(1, code, value)
            event(0, 0, 0)
            milliseconds += 2
        }
    }

    /// Capitals are typed with Shift held.
    mutating func type(_ text: String, enter: Bool = true) {
        for character in text {
            let isCapital = character.isUppercase
            if isCapital { event(1, 42, 1) }
            key(Self.keys[Character(character.lowercased())] ?? 57)
            if isCapital { event(1, 42, 0) }
        }
        if enter { key(28) }
    }
}

@Suite struct `Keys of an input` {
    private func scanner(_ change: (inout InputDefinition.Scanner) -> Void = { _ in }) -> InputDefinition {
        var scanner = InputDefinition.Scanner()
        change(&scanner)
        return InputDefinition(
            name: "s", device: .path("/x"), use: .scanner(scanner), recipe: "product", batch: nil,
            debounce: .seconds(2))
    }

    private func actions(_ input: InputDefinition, pieces: Int = 7, _ body: (inout Typist) -> Void)
        -> [InputAction]
    {
        var typist = Typist()
        body(&typist)
        var events = InputEventReader(), reader = InputReader(input)
        return stride(from: 0, to: typist.bytes.count, by: pieces).flatMap { at in
            events.add(Array(typist.bytes[at..<min(at + pieces, typist.bytes.count)])).compactMap {
                reader.take($0)
            }
        }
    }

    @Test(arguments: [1, 7, 24, 1000]) func `are read from pieces of any size`(size: Int) {
        let read = actions(scanner(), pieces: size) { $0.type("SN-0071") }
        #expect(read == [.scanned("SN-0071")])
    }

    @Test func `follow the layout, Shift and Caps Lock`() {
        #expect(
            actions(scanner { $0.layout = [21: .init(plain: "z", shifted: "Z")] }) { $0.type("yY1") } == [
                .scanned("zZ1")
            ])
        let locked = actions(scanner()) {
            $0.key(58)
            $0.type("sN1")
        }
        #expect(locked == [.scanned("Sn1")])
    }

    @Test func `that are scanned twice at once count once, and later again`() {
        let read = actions(scanner()) {
            $0.type("S1")
            $0.type("S1")
            $0.type("S2")
            $0.milliseconds += 2500
            $0.type("S1")
        }
        #expect(read == [.scanned("S1"), .scanned("S2"), .scanned("S1")])
    }

    @Test func `without their end are not glued to the next code`() {
        let read = actions(scanner()) {
            $0.type("S1", enter: false)
            $0.milliseconds += 4000
            $0.type("S2")
        }
        #expect(read == [.scanned("S2")])
        #expect(actions(scanner()) { $0.type("") } == [])
    }

    @Test func `that the kernel lost spoil the code they belong to, and no other`() {
        let read = actions(scanner()) {
            $0.type("S1", enter: false)
            $0.event(0, 3, 0)
            $0.type("2")
            $0.type("S7")
        }
        #expect(read == [.incomplete, .scanned("S7")])
        let endless = actions(scanner()) { $0.type(String(repeating: "1", count: 200)) }
        #expect(endless == [.incomplete])
    }

    @Test func `of a switch start what they are for, and a bouncing contact starts once`() {
        let pedal = InputDefinition(
            name: "p", device: .path("/x"),
            use: .keys([.init(code: 183, start: .all), .init(code: 184, start: .slot("A1"))]),
            recipe: "product", batch: nil, debounce: .milliseconds(300))
        let read = actions(pedal) {
            $0.key(183)
            $0.milliseconds += 20
            $0.key(183)
            // Held down: it repeats by itself.
            $0.event(1, 183, 2)
            $0.key(30)
            $0.key(184)
            $0.milliseconds += 400
            $0.key(183)
        }
        #expect(read == [.pressed(.all), .pressed(.slot("A1")), .pressed(.all)])
    }
}

@Suite(.timeLimit(.minutes(2))) struct `An input at the station` {
    /// The station's end of a pipe, with what a device hands over in it.
    private func pipe(_ bytes: [UInt8]) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        // Far below what a pipe takes.
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        return ends[0]
    }

    private func input(_ use: InputDefinition.Use) -> InputDefinition {
        InputDefinition(
            name: "in", device: .path("/x"), use: use, recipe: "product", batch: nil, debounce: .seconds(2))
    }

    @Test func `puts each scan into the next free slot, or where the scan before said`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3", "stlink-v3"])
        try fixture.addRecipe()
        var typist = Typist()
        for text in ["S1", "A1", "S2", "S7", "S0", "S12"] { typist.type(text) }
        let watch = InputWatch(input(.scanner(.init())), of: fixture.station)
        await watch.follow(try pipe(typist.bytes))
        await fixture.station.workOffQueue()
        let units = try fixture.memory.units.units()
        let bySlot = Dictionary(grouping: units, by: \.opening.slot).mapValues { $0.map(\.label).sorted() }
        // S0 and S12 found no free slot.
        #expect(bySlot == ["A1": ["S1", "S2"], "A2": ["S7"], "A3": ["S0"]])
        let told = try fixture.memory.events.events(after: 0).filter { $0.kind == "input" }.map(\.body)
        #expect(told.last?.contains("STN-040") == true)
        #expect(told.first?.contains(#""scanned":"S1","slots":["A1"]"#) == true)
        fixture.remove()
    }

    @Test func `starts all slots with a key, and says so when none is free`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3"])
        try fixture.addRecipe()
        var typist = Typist()
        typist.key(183)
        typist.milliseconds += 3000
        typist.key(183)
        await InputWatch(input(.keys([.init(code: 183, start: .all)])), of: fixture.station).follow(
            try pipe(typist.bytes))
        #expect(try fixture.memory.queue.jobs(state: .queued).map(\.slot).sorted() == ["A1", "A2"])
        let told = try fixture.memory.events.events(after: 0).filter { $0.kind == "input" }.map(\.body)
        #expect(told.count == 2 && told[1].contains("STN-040"))
        fixture.remove()
    }

    @Test func `is looked for again when it was unplugged`() async throws {
        let fixture = try StationFixture()
        try fixture.addRecipe()
        let times = Counter()
        var typist = Typist()
        typist.type("S1")
        let bytes = typist.bytes
        let watch = InputWatch(input(.scanner(.init())), of: fixture.station, pause: .zero) {
            input throws(StationError) in
            let number = times.next()
            guard number > 1 else { throw .inputMissing(input.name, device: "x", detail: "not yet") }
            guard number < 4 else {
                _ = fixture.station.roster.close()
                throw .inputMissing(input.name, device: "x", detail: "gone")
            }
            var ends: [Int32] = [0, 0]
            guard Glibc.pipe(&ends) == 0 else {
                throw .inputUnusable(input.name, path: "x", detail: "no pipe")
            }
            if number == 3 { _ = write(ends[1], bytes, bytes.count) }
            close(ends[1])
            return ends[0]
        }
        await watch.run()
        #expect(try fixture.memory.queue.jobs(state: .queued).count == 1)
        let told = try fixture.memory.events.events(after: 0).filter { $0.kind == "input" }.map(\.body)
        #expect(told.count { $0.contains(#""isThere":true"#) } == 2)
        #expect(told.count { $0.contains("STN-041") } == 2)
        fixture.remove()
    }

    private final class Counter: @unchecked Sendable {
        private var count = 0
        func next() -> Int {
            count += 1
            return count
        }
    }

    @Test func `is found by vendor, product and place`() throws {
        let folder = NSTemporaryDirectory() + "extflash-input-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A scanner's two devices, its twin on another port, and a mouse of the same maker.
        let devices = [
            (
                "event3", "0901", "usb-1-3/input0", "120013",
                "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
            ),
            ("event4", "0901", "usb-1-3/input1", "100001", "0"),
            ("event5", "0901", "usb-1-4/input0", "120013", "fffffffffffffffe"),
            ("event6", "0902", "usb-1-5/input0", "17", "1f0000 0 0 0 0"),
        ]
        for (name, product, place, events, keys) in devices {
            let path = "\(folder)/\(name)/device"
            for sub in ["id", "capabilities"] {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/\(sub)", withIntermediateDirectories: true)
            }
            let files = [
                ("id/vendor", "0c2e"), ("id/product", product), ("phys", place),
                ("capabilities/ev", events), ("capabilities/key", keys),
            ]
            for (file, text) in files {
                try (text + "\n").write(toFile: "\(path)/\(file)", atomically: false, encoding: .utf8)
            }
        }
        func find(_ product: UInt16, _ place: String?) throws -> String {
            var input = input(.scanner(.init()))
            input.device = .usb(vendor: 0x0c2e, product: product, physical: place)
            return try InputDevice(system: folder).path(of: input)
        }
        #expect(try find(0x0901, "usb-1-3") == "/dev/input/event3")
        #expect(try find(0x0901, "usb-1-4") == "/dev/input/event5")
        for (product, place, detail) in [
            (UInt16(0x0901), nil, "tell them apart"), (0x0902, nil, "nothing like it"),
            (0x0901, "usb-1", "nothing like it"),
        ] as [(UInt16, String?, String)] {
            let error = #expect(throws: StationError.self) { try find(product, place) }
            #expect(error?.code == "STN-041" && error?.summary.contains(detail) == true)
        }
    }

    @Test func `that is no input device, or is missing, is told as what it is`() throws {
        var input = input(.scanner(.init()))
        input.device = .path("/nowhere/event0")
        #expect(#expect(throws: StationError.self) { try InputDevice().open(input) }?.code == "STN-041")
        input.device = .path("/dev/null")
        #expect(#expect(throws: StationError.self) { try InputDevice().open(input) }?.code == "STN-042")
    }
}
