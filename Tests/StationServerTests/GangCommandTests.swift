// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs
import Testing

@testable import StationServer

@Suite struct `Lines from a tester` {
    @Test(arguments: [
        ("#AUTO *", GangCommand.auto(.all, patch: nil)), ("#auto", .auto(nil, patch: nil)),
        ("#Auto 2,1,2", .auto(.some([1, 2]), patch: nil)), ("#AUTO NOPATCH 3", .auto(.some([3]), patch: nil)),
        ("#AUTO PATCH * 1,90000000,2:aabb", .auto(.all, patch: "1,90000000,2:aabb")),
        ("#SELECT product", .select("product")), ("#SELMODULE 1,2", .selectModules(.some([1, 2]))),
        ("#STATUS", .status(nil)), ("#RESULT 2", .result(.some([2]))), ("#CANCEL", .cancel(nil)),
        ("#ERASE", .step("ERASE")), ("#FOPEN a.dat", .file(10)), ("#FLIST", .file(11)),
        ("#FWRITE 0,1:aa", .file(12)), ("#FDELETE a", .file(13)), ("#BAUDRATE 9600", .baudRate),
    ])
    func `are commands`(line: String, expected: GangCommand) throws {
        #expect(try GangCommand(line) == expected)
    }

    @Test(arguments: ["", "#", "# ", "AUTO", "#AUTOMATIC", "##AUTO", "#\u{1b}[2J", "#ÄUTO"])
    func `that are no command are told as that`(line: String) {
        #expect(throws: GangCommand.Mistake.unknown) { try GangCommand(line) }
    }

    @Test(arguments: [
        "#AUTO 0", "#AUTO 1,", "#AUTO -1", "#AUTO 1 2", "#AUTO 99999999999999999999", "#AUTO PATCH 1",
        "#AUTO PATCH 1 5,0,1:aa", "#AUTO PATCH 1 1,0,1:a", "#SELECT", "#SELECT ../../etc", "#SELMODULE x",
    ])
    func `with wrong arguments are told as that`(line: String) {
        #expect {
            try GangCommand(line)
        } throws: {
            if case .argument? = $0 as? GangCommand.Mistake { true } else { false }
        }
    }

    @Test func `end with CR or LF, in whatever pieces they come`() {
        let bytes = Array("#A\r\n#B\n\r#C\r\0".utf8)
        for size in 1...bytes.count {
            var lines = GangLines()
            var found: [GangLines.Line] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                found += lines.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(found == [.text("#A"), .text("#B"), .text("#C")])
        }
    }

    @Test func `too long or of other bytes are unreadable, and the next one is read again`() {
        var lines = GangLines()
        let long = [UInt8](repeating: 0x41, count: 1 << 20)
        #expect(lines.take(long) == [])
        #expect(
            lines.take(Array("\r#B\r#\u{7}C\r#D\r".utf8)) == [
                .unreadable, .text("#B"), .unreadable, .text("#D"),
            ])
    }

    @Test func `leave out what telnet negotiates`() {
        var lines = GangLines()
        let bytes: [UInt8] = [0xff, 0xfd, 0x03, 0x23, 0xff, 0xfa, 0x18, 0x00, 0x0d, 0xff, 0xf0, 0x41, 0x0d]
        #expect(lines.take(bytes) == [.text("#A")])
    }

    @Test func `of any bytes do no harm`() {
        var generator = SeededGenerator(seed: 11)
        var lines = GangLines()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...64, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            for case .text(let text) in lines.take(bytes) { _ = try? GangCommand(text) }
        }
    }

    @Test func `have patches of one to four pieces`() throws {
        let line = try #require(PatchLine("2,90000010,2:AAbb,0x90000020,1:7f"))
        #expect(line.rules.map(\.place.start) == [0x9000_0010, 0x9000_0020])
        #expect(line.rules.map(\.value) == [.fixed(.bytes([0xaa, 0xbb])), .fixed(.bytes([0x7f]))])
        for wrong in [
            "", "1", "0", "1,0", "1,0,1", "1,0,1:", "1,0,21:00", "1,ffffffff,2:0000", "1,1ffffffff,1:00",
            "1,0,1:0g", "2,0,1:00", "1,0,1:00,1,1:00", "1,+1,1:00", "1,0,1:00:00",
        ] {
            #expect(PatchLine(wrong) == nil, "\(wrong)")
        }
    }

    @Test func `are answered in plain text of bounded length`() {
        let failure = GangFailure(number: 7, detail: "a\r\n#DONE ü" + String(repeating: "x", count: 999))
        #expect(GangReply.failure(failure).line.hasPrefix("#ERR007:a??#DONE ?x"))
        #expect(GangReply.failure(failure).line.count < 220)
        let result = GangResult.okay(total: 2.6531, erase: 0.327, program: 1.96, verify: 0.2341)
        #expect(
            GangReply.result(channel: 2, result).line
                == "#RESULT:2:#OK (Total 2.653s, Erase 0.327s, Prog 1.960s, Verify 0.234s)")
    }
}
