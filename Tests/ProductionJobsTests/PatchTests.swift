// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ObjectFiles
import ProductionJobs
import Testing

@Suite struct `Patches` {
    private func rule(_ text: String) throws -> PatchRule {
        let recipe = """
            schema: 1
            name: sample
            title: Sample
            images: [{sha256: \(String(repeating: "0", count: 64)), name: a.bin, address: 0x90000000}]
            patches: [{name: p, \(text)}]
            """
        return try RecipeText(recipe, file: "r.yaml").recipe.patches[0]
    }

    @Test(arguments: [
        ("place: 0x90000000+4, pool: n", PatchValue.number(0x1234), [0x34, 0x12, 0, 0]),
        ("place: 0x90000000+4, pool: n, format: {order: big}", .number(0x1234), [0, 0, 0x12, 0x34]),
        ("place: 0x90000000+10, pool: n", .number(.max), Array(repeating: 0xff, count: 8) + [0, 0]),
        ("place: 0x90000000+3, pool: n, format: {coding: bcd, order: big}", .number(1042), [0, 0x10, 0x42]),
        ("place: 0x90000000+3, pool: n, format: {coding: bcd}", .number(1042), [0x42, 0x10, 0]),
        (
            "place: 0x90000000+6, pool: n, format: {coding: ascii, digits: 5}", .number(42),
            Array("00042".utf8) + [0]
        ),
        (
            "place: 0x90000000+4, pool: n, format: {coding: hex, digits: 4}", .number(0xbeef),
            Array("BEEF".utf8)
        ),
        (
            "place: 0x90000000+4, pool: n, format: {coding: ascii, fill: 0x20}", .text("ab"),
            Array("ab  ".utf8)
        ),
        ("place: 0x90000000+6, pool: n", .bytes([2, 0, 0, 0, 0, 0x2a]), [2, 0, 0, 0, 0, 0x2a]),
        (
            "place: 0x90000000+6, pool: n, format: {order: big}", .bytes([1, 2, 3, 4, 5, 6]),
            [6, 5, 4, 3, 2, 1]
        ),
        (
            "place: 0x90000000+17, pool: n, format: {coding: hex, separator: ':'}",
            .bytes([2, 0, 0, 0, 0, 0x2a]), Array("02:00:00:00:00:2A".utf8)
        ),
    ])
    func `become the bytes that were asked for`(text: String, value: PatchValue, bytes: [UInt8]) throws {
        #expect(try rule(text).bytes(of: value) == bytes)
    }

    @Test(arguments: [
        ("place: 0x90000000+1, pool: n", PatchValue.number(256), "JOB-001"),
        ("place: 0x90000000+2, pool: n, format: {coding: bcd}", .number(12345), "JOB-001"),
        ("place: 0x90000000+2, pool: n", .bytes([1]), "JOB-002"),
        ("place: 0x90000000+2, pool: n", .text("-1"), "JOB-003"),
        ("place: 0x90000000+2, pool: n", .text("+1"), "JOB-003"),
        ("place: 0x90000000+9, pool: n, format: {coding: ascii}", .text("größe"), "JOB-004"),
        ("place: 0x90000000+2, pool: n, format: {coding: bcd}", .bytes([1, 2]), "JOB-005"),
    ])
    func `that do not fit are refused`(text: String, value: PatchValue, code: String) throws {
        let rule = try rule(text)
        let error = try #require(throws: PatchError.self) { _ = try rule.bytes(of: value) }
        #expect(error.code == code)
    }

    /// The check values of the catalogue of CRCs, and FIPS 180-4's example.
    @Test(arguments: [
        ("crc-32", 4, "cbf43926"), ("crc-16-ccitt", 2, "29b1"), ("crc-16-arc", 2, "bb3d"),
        ("crc-16-modbus", 2, "4b37"),
        ("sha-256", 32, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
    ])
    func `compute over the image`(kind: String, count: Int, digits: String) throws {
        var rule = try rule("place: 0x90000010+\(count), checksum: \(kind), over: 0x90000000+9")
        rule.format.order = kind == "sha-256" ? .little : .big
        let segment = ImageSegment(address: 0x9000_0000, bytes: Array("123456789".utf8), origin: "test")
        let patches = try UnitPatches([rule], on: FirmwareImage(sorted: [segment]), for: UnitValues())
        #expect(Format.octets(patches.applied[0].bytes, separator: "") == digits)
        #expect(patches.image.segments.map(\.address) == [0x9000_0000, 0x9000_0010])
    }

    @Test func `see what those before them wrote, and leave the rest of the image`() throws {
        let fixed = try rule("place: 0x90000002+2, fixed: 0x3433")
        var sum = try rule("place: 0x90000010+4, checksum: crc-32, over: 0x90000000+9")
        sum.format.order = .big
        let segment = ImageSegment(address: 0x9000_0000, bytes: Array("12xx56789".utf8), origin: "test")
        let patches = try UnitPatches([fixed, sum], on: FirmwareImage(sorted: [segment]), for: UnitValues())
        #expect(patches.image.segments.prefix(3).flatMap(\.bytes) == Array("123456789".utf8))
        #expect(patches.applied[1].bytes == [0xcb, 0xf4, 0x39, 0x26])
    }

    @Test func `computed over bytes that are not there are refused`() throws {
        let rule = try rule("place: 0x90000010+4, checksum: crc-32, over: 0x90000000+10")
        let segment = ImageSegment(address: 0x9000_0000, bytes: Array("123456789".utf8), origin: "test")
        let error = try #require(throws: PatchError.self) {
            _ = try UnitPatches([rule], on: FirmwareImage(sorted: [segment]), for: UnitValues())
        }
        #expect(error.code == "JOB-007")
    }

    @Test(
        arguments: [
            (1_767_225_600, "20260101", "2601"), (1_798_761_600, "20270101", "2653"),
            (1_735_516_800, "20241230", "2501"), (1_709_164_800, "20240229", "2409"),
            (951_782_400, "20000229", "0009"), (0, "19700101", "7001"), (4_107_542_400, "21000301", "0009"),
        ] as [(Int64, String, String)])
    func `write days and weeks in UTC`(time: Int64, day: String, week: String) throws {
        var unit = UnitValues()
        unit.time = time
        let image = FirmwareImage(sorted: [])
        let dayRule = try rule("place: 0x90000000+8, date: yyyymmdd")
        let weekRule = try rule("place: 0x90000000+4, date: yyww")
        #expect(try UnitPatches([dayRule], on: image, for: unit).applied[0].bytes == Array(day.utf8))
        #expect(try UnitPatches([weekRule], on: image, for: unit).applied[0].bytes == Array(week.utf8))
    }

    @Test func `that want a field the unit does not have say which`() throws {
        let rule = try rule("place: 0x90000000+8, field: serial")
        let error = try #require(throws: PatchError.self) {
            _ = try UnitPatches([rule], on: FirmwareImage(sorted: []), for: UnitValues())
        }
        #expect(error.summary == "patch `p`: the unit has no field `serial`")
    }
}

@Suite struct `Pools of serial numbers` {
    @Test func `count in steps up to their end`() {
        let pool = SerialPool.counter(start: 10, step: 5, last: 22)
        #expect(pool.count == 3)
        #expect((0..<4).map { pool.value(at: $0)?.text } == ["10", "15", "20", nil])
    }

    @Test func `write addresses as addresses`() {
        let pool = SerialPool.addresses(start: 0x0200_0000_00ff, step: 1, last: 0x0200_0000_0100)
        #expect(pool.value(at: 1)?.text == "02:00:00:00:01:00")
        #expect(pool.value(at: 1)?.value == .bytes([2, 0, 0, 0, 1, 0]))
    }

    @Test func `end at the largest number without a trap`() {
        let pool = SerialPool.counter(start: 0, step: 1, last: .max)
        #expect(pool.count == .max)
        #expect(SerialPool.counter(start: 5, step: 0, last: 9).count == 0)
        #expect(SerialPool.counter(start: 9, step: 1, last: 5).count == 0)
    }
}
