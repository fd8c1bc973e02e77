// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ProductionJobs
import Testing

private let sample = """
    schema: 1
    name: gateway-2.4
    title: Gateway firmware 2.4
    board: stm32h745xi-w25q128
    images:
      - {sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, name: gateway.bin, address: 0x90000000}
    erase: needed
    verify: read
    speed: 8 MHz
    connect: under-reset
    retries: 2
    board-revision: C
    patches:
      - {name: serial, place: 0x90000100+8, pool: widget, format: {coding: ascii, digits: 8}}
      - {name: mac, place: 0x90000108+6, pool: addresses}
      - {name: when, place: 0x90000110+8, date: yyyymmdd}
      - {name: sum, place: 0x90000118+4, checksum: crc-32, over: 0x90000000+256}
    guards: {stop-after-failures: 3, attempts-per-unit: 2}
    before: {voltage: [3.0, 3.6], part: STM32H745, flash-id: ef 40 18, blank: true}
    after:
      run: true
      word: {address: 0x24000000, value: 0x600d600d, within: 2 s}
    hooks:
      before: {command: [/usr/local/bin/mes, ask], timeout: 5 s}
    """

@Suite struct `Recipes` {
    @Test func `say what is done with a unit`() throws {
        let recipe = try RecipeText(sample, file: "gateway.yaml").recipe
        #expect(recipe.name == "gateway-2.4")
        #expect(recipe.images.map(\.name) == ["gateway.bin"])
        #expect(recipe.images[0].address == 0x9000_0000)
        #expect(recipe.speed == .megahertz(8))
        #expect(recipe.connectsUnderReset)
        #expect(recipe.retries == 2 && recipe.boardRevision == "C")
        #expect(recipe.patches.map(\.name) == ["serial", "mac", "when", "sum"])
        #expect(recipe.patches[0].format.digits == 8)
        #expect(recipe.before.voltage == 3000...3600)
        #expect(recipe.before.flashID == [0xef, 0x40, 0x18])
        #expect(recipe.after.word?.within == .seconds(2))
        #expect(recipe.guards.stopsAfterFailures == 3)
        #expect(recipe.hooks.before?.command == ["/usr/local/bin/mes", "ask"])
    }

    @Test func `are known by their text`() throws {
        let one = try RecipeText(sample, file: "a.yaml")
        let other = try RecipeText(sample + "# nothing\n", file: "a.yaml")
        #expect(one.recipe == other.recipe)
        #expect(one.hash != other.hash)
    }

    @Test(arguments: [
        ("+8, pool: widget", "+8, pool: widget, field: x", "14:5: a patch has exactly one of"),
        ("0x90000108+6", "0x90000104+6", "15:5: patch `mac` at"),
        ("name: mac", "name: serial", "15:5: patch `serial` is given twice"),
        ("over: 0x90000000+256", "over: 0x90000000+512", "17:5: patch `sum` lies in the range"),
        ("0x90000118+4", "0x90000118+3", "17:5: a crc-32 takes 4 bytes"),
        ("[3.0, 3.6]", "[3.6, 3.0]", "3.0 is out of range"),
        ("run: true", "run: false", "the application writes its word only when it runs"),
        ("/usr/local/bin/mes", "mes", "a program by its absolute path"),
        ("name: gateway.bin", "name: ../gateway.bin", "a file name without a folder"),
        ("verify: read", "verify: none", "`none` is not one of best, read, hash"),
        ("retries: 2", "retries: 9", "9 is out of range"),
        ("date: yyyymmdd", "date: yyyymmdd, column: x", "`column` belongs to a pool"),
        ("2 s}", "2 h}", "2 h is out of range"),
        ("flash-id: ef 40 18", "flash-id: ef 40", "3 bytes in hexadecimal digits"),
        ("erase: needed", "erase: all", "`all` is not one of needed, chip, none"),
        ("name: gateway-2.4", "name: gateway 2.4", "a name of at most 64"),
    ])
    func `are refused with the place of the mistake`(old: String, new: String, message: String) throws {
        #expect(sample.contains(old))
        let text = sample.replacing(old, with: new, maxReplacements: 1)
        let error = try #require(throws: DefinitionError.self) { _ = try RecipeText(text, file: "r.yaml") }
        #expect(error.summary.contains(message), "\(error.summary)")
    }
}
