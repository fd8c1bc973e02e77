// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Foundation
import Testing

@testable import SimulatedBench

/// The parts of `Config/flash`, and files that are none.
@Suite struct `Flash files` {
    /// Those that describe a part, by name.
    static let names: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Config/flash")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func `are there`() { #expect(Self.names.count >= 36) }

    @Test(arguments: names) func `describe a part that can be erased, programmed and read`(name: String)
        throws
    {
        let part = try FlashPart(named: name, in: .repository)
        #expect(part.name == name)
        let pins = FlashPins(part)
        let id = pins.read([0x9F], 3)
        #expect(id == Array(part.identification[0..<3]))
        let address = [UInt8](repeating: 0, count: part.addressing.bytes)
        pins.perform([0x02] + address + [0x12, 0x34])
        #expect(pins.read([0x03] + address, 3) == [0x12, 0x34, 0xFF])
        // A part that has lost its supply is as it was.
        let kept = pins.flash.lastingRegisters
        pins.flash.powerCycle()
        #expect(pins.read([0x03] + address, 3) == [0x12, 0x34, 0xFF])
        #expect(pins.flash.lastingRegisters == kept)
        pins.perform(Self.wholeErase(of: part))
        #expect(pins.read([0x03] + address, 3) == [0xFF, 0xFF, 0xFF])
    }
    /// The chip, or its first die where only dies can be erased.
    private static func wholeErase(of part: FlashPart) -> [UInt8] {
        if part.serial[0xC7]?.action == .eraseChip { return [0xC7] }
        guard let die = part.serial.instructions.first(where: { $0.action == .eraseDie }) else { return [] }
        let count = if case .bytes(let count) = die.address { count } else { part.addressing.bytes }
        return [die.opcode] + [UInt8](repeating: 0, count: count)
    }

    @Test(arguments: names, BenchConfiguration.FlashFault.allCases)
    func `have each fault, or say what they lack for it`(name: String, fault: BenchConfiguration.FlashFault)
        throws
    {
        let part = FlashPart.named(name)
        do {
            guard let fitted = try part.fitted(fault, in: .repository) else {
                #expect(fault == .absent || fault == .unpowered)
                return
            }
            let flash = SerialFlash(fitted)
            flash.suffer(fault, seed: 1)
            let pins = FlashPins(flash)
            let id = pins.read([0x9F], 3)
            let isSilent = [.stuckBusy, .poweredDown, .continuousRead, .qpi].contains(fault)
            #expect((id == Array(part.identification[0..<3])) == !(isSilent || fault == .wrongID))
        } catch {
            #expect(error.code == "BEN-014")
            #expect(
                [.quadDisabled, .qpi, .individuallyLocked, .poweredDown, .continuousRead].contains(fault))
        }
    }

    // MARK: Files that are no parts

    /// A part that is as small as one can be.
    private static let smallest = """
        schema: 2
        name: part
        title: a part
        jedec: [[1, 2, 3]]
        size: 64 KiB
        page: 256
        registers: [{name: SR1, read: 5}]
        busy: {register: SR1, bit: 0}
        instructions: [{opcode: 3, does: read}]
        times: {page-program: {typical: 1, maximum: 2}, write-register: {typical: 1, maximum: 2}}

        """
    private func read(_ files: [String: String], _ name: String = "part") throws -> FlashPart {
        try FlashPart(
            named: name,
            in: DescriptionFiles { file in files[file].map { DescriptionFiles.File(path: file, text: $0) } })
    }
    private func failure(_ text: String) -> BenchError? {
        do {
            _ = try read(["flash/part.yaml": text, "flash/family/x.yaml": Self.family])
            return nil
        } catch { return error as? BenchError }
    }
    @Test func `that cannot be read are told as that`() throws {
        let files = DescriptionFiles { name throws(DescriptionFiles.Unreadable) in
            throw DescriptionFiles.Unreadable(path: name, reason: "permission denied")
        }
        let error = try #require(throws: BenchError.self) { _ = try FlashPart(named: "part", in: files) }
        #expect(error.code == "BEN-015")
        #expect(error.summary == "flash/part.yaml cannot be read: permission denied")
    }

    private static let family = """
        schema: 2
        name: family/x
        abstract: true
        registers: [{name: SR1, read: 5}, {name: SR2, read: 0x35}]
        instructions: [{opcode: 0x03, does: read}, {opcode: 0x0b, does: read, dummy: 8}]

        """

    @Test func `inherit from their family and remove what they have not`() throws {
        let text = Self.smallest.replacing("title: a part", with: "title: a part\nextends: family/x")
            .replacing(
                "instructions: [{opcode: 3, does: read}]", with: "instructions: [{opcode: 11, absent: true}]"
            )
            .replacing("registers: [{name: SR1, read: 5}]", with: "registers: [{name: SR1, read: 7}]")
        let part = try read(["flash/part.yaml": text, "flash/family/x.yaml": Self.family])
        #expect(part.registers.map(\.name) == ["SR1", "SR2"])
        #expect(part.serial[0x0B] == nil && part.serial[0x03] != nil)
        #expect(part.serial[0x05] == nil && part.serial[0x07] != nil)
    }

    /// What is put in the place of a line, and the beginning of the problem.
    static let wrong: [(line: String, text: String, problem: String)] = [
        ("schema: 2", "schema: 3", "3 is out of range"),
        ("title: a part", "titel: a part", "unknown key `titel`"),
        ("size: 64 KiB", "size: 96 KiB", "96 KiB is out of range"),
        ("page: 256", "page: 200", "200 is out of range"),
        ("page: 256", "", "the key `page` is missing"),
        ("jedec: [[1, 2, 3]]", "jedec: [[1, 2, 256]]", "256 is out of range"),
        ("busy: {register: SR1, bit: 0}", "busy: {register: SR9, bit: 0}", "`SR9` is not one of SR1"),
        ("busy: {register: SR1, bit: 0}", "busy: {register: SR1, bit: 8}", "8 is out of range"),
        ("does: read}]", "does: dance}]", "`dance` is not one of"),
        ("does: read}]", "does: erase, unit: 3 KiB, typical: 1, maximum: 2}]", "3 KiB is out of range"),
        ("does: read}]", "does: erase, unit: 4 KiB}]", "the key `typical` is missing"),
        ("does: read}]", "does: read}, {opcode: 5, does: read}]", "opcode 5 has another meaning already"),
        ("does: read}]", "does: read, lines: 1-3-4}]", "expected lines such as 1-1-4"),
        (
            "typical: 1, maximum: 2}, write", "typical: 3, maximum: 2}, write",
            "2 is out of range (at least 3)"
        ),
        ("title: a part", "title: a part\nextends: family/none", ""),
        ("title: a part", "title: a part\nextends: part", "more than 6 files extend each other"),
        ("title: a part", "title: a part\nabstract: true", "a family is not a part"),
        ("title: a part", "title: a part\nsfdp: 53 4g", "expected up to 4096 bytes"),
    ]
    @Test(arguments: wrong.indices) func `are told with what is wrong in them`(index: Int) throws {
        let row = Self.wrong[index]
        let error = try #require(failure(Self.smallest.replacing(row.line, with: row.text)))
        guard case .description(let problem, let file, let line, _) = error else {
            #expect(error == .descriptionMissing("family/none", folder: "flash"))
            return
        }
        #expect(problem.text.hasPrefix(row.problem), "\(problem.text)")
        #expect(file == "flash/part.yaml")
        #expect(line >= 1)
    }
    @Test func `are no parts when they are empty, and the smallest is one`() throws {
        #expect(failure("")?.code == "BEN-012")
        #expect(try read(["flash/part.yaml": Self.smallest]).count == 64 << 10)
        #expect(throws: BenchError.self) { try read([:]) }
    }
}
