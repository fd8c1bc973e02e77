// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// What OpenOCD, pyOCD and stlink-tools sent to our probes, sent again: the probes must answer as they did.
///
/// The files come from `Tests/USB/record-vectors.sh`; each job was checked by the program that did it before its
/// transcript was kept. Every answer is compared byte for byte and in its place; the moments are not (see
/// ``TranscriptReplay`` for the rule and its reason), and the sessions are chosen so that no answer hangs on a moment:
/// cores are locked up, halted or done before they are looked at. That this is so is tested as well, by hosts that are
/// slower and faster than the real ones were; so a change of timing alone breaks nothing here, and whatever breaks is
/// an answer that has changed. When it has changed for the better, the files are made anew.
@Suite struct `Replay of third-party programs` {
    @Test func `has a session of each program on each probe it can drive`() {
        let names = Set(RecordedSession.thirdParty.map(\.name))
        let expected =
            ["hla", "dapdirect"].flatMap { transport in
                ["stlink-v2", "stlink-v2-1", "stlink-v3"].map { "openocd-\(transport)-\($0)" }
            } + ["openocd-swd-cmsis-dap-v1", "openocd-swd-cmsis-dap-v2"]
            + ["stlink-v2-1", "stlink-v3", "cmsis-dap-v1", "cmsis-dap-v2"].map { "pyocd-\($0)" }
            + ["stlink-v2", "stlink-v2-j16", "stlink-v2-1", "stlink-v3"].map { "stlink-tools-\($0)" }
        #expect(Set(expected.map { "\($0).txt" }).subtracting(names) == [])
    }

    @Test(arguments: RecordedSession.thirdParty)
    func `answers as it did`(session: RecordedSession) throws {
        let outcome = try session.play()
        if let difference = outcome.difference { Issue.record("\(session.name):\(difference)") }
        #expect(outcome.transfers >= 30)
    }

    @Test(arguments: RecordedSession.thirdParty, [0.7, 1.9])
    func `answers a slower and a faster host the same`(session: RecordedSession, pace: Double) throws {
        if let difference = try session.play(stretch: pace).difference {
            Issue.record("\(session.name):\(difference)")
        }
    }

    @Test func `tells file, line, request, and both answers`() throws {
        let session = try #require(
            RecordedSession.thirdParty.first { $0.name == "stlink-tools-stlink-v2-j16.txt" })
        let lines = session.text.split(separator: "\n", omittingEmptySubsequences: false)
        let index = try #require(
            lines.firstIndex { $0.hasPrefix("< 81") && $0.hasSuffix(" 24 00 83 04 48 37") })
        var wrong = lines.map(String.init)
        wrong[index] = wrong[index].replacing("48 37", with: "48 38")
        let difference = try RecordedSession(name: "wrong", text: wrong.joined(separator: "\n")).play()
            .difference
        #expect(
            difference == "\(index + 1): after `> 02 f1 00*15` expected `24 00 83 04 48 38`, "
                + "found `24 00 83 04 48 37`")
    }
}
