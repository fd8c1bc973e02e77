// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ProductionJobs

/// What a tester is told: one line each.
enum GangReply: Hashable, Sendable {
    case acknowledged
    case unknown
    /// Not now: the command before is still at work.
    case busy
    case okay
    case selected([Int])
    case status(String)
    case failure(GangFailure)
    case result(channel: Int, GangResult)
    case done

    var line: String {
        switch self {
        case .acknowledged: "#ACK"
        case .unknown: "#NACK"
        case .busy: "#NACK:ERR008"
        case .okay: "#OK"
        case .selected(let channels): "#SELECTED:" + channels.map(String.init).joined(separator: ",")
        case .status(let word): "#STATUS:\(word)"
        case .failure(let failure): failure.text
        case .result(let channel, let result): "#RESULT:\(channel):\(result.text)"
        case .done: "#DONE"
        }
    }
}

/// An error number of the protocol with a text.
struct GangFailure: Hashable, Sendable {
    let number: Int
    let detail: String

    static let cancelled = 7, algorithm = 99, dataFile = 102, other = 255

    var text: String {
        // One line of what every terminal shows.
        let plain = detail.unicodeScalars.map { (0x20..<0x7f).contains($0.value) ? Character($0) : "?" }
        let digits = String(number)
        return "#ERR" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
            + (plain.isEmpty ? "" : ":" + String(plain.prefix(200)))
    }
}

/// What became of one channel's unit.
enum GangResult: Hashable, Sendable {
    case okay(total: Double, erase: Double, program: Double, verify: Double)
    case failed(GangFailure)

    var text: String {
        switch self {
        case .okay(let total, let erase, let program, let verify):
            "#OK (Total \(Self.seconds(total)), Erase \(Self.seconds(erase)), Prog \(Self.seconds(program)),"
                + " Verify \(Self.seconds(verify)))"
        case .failed(let failure): failure.text
        }
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.3fs", max(0, value)) }
}

extension GangResult {
    /// Of a closed record.
    init(_ unit: UnitRecord) {
        guard let closing = unit.closing else {
            self = .failed(GangFailure(number: GangFailure.other, detail: "the unit is in work"))
            return
        }
        guard closing.verdict != .good else {
            func time(_ phase: String) -> Double {
                closing.phases.filter { $0.name == phase }.reduce(0) { $0 + $1.seconds }
            }
            let phases = closing.phases.reduce(0) { $0 + $1.seconds }
            self = .okay(
                total: max(phases, unit.seconds ?? 0), erase: time("erase"), program: time("program"),
                verify: time("verify"))
            return
        }
        let detail = closing.error.map { "\($0.code) \($0.summary)" } ?? closing.verdict.rawValue
        self = .failed(GangFailure(number: Self.number(of: closing), detail: detail))
    }

    private static func number(of closing: UnitClosing) -> Int {
        if closing.verdict == .cancelled { return GangFailure.cancelled }
        let name = closing.error?.failureClass
        if name == FailureClass.loaderFailed.name || name == FailureClass.loaderInvalid.name {
            return GangFailure.algorithm
        }
        let aboutImage = [FailureClass.imageMalformed, .imageChecksum, .imageOverlap, .imageBeyondFlash]
        return aboutImage.contains { $0.name == name } ? GangFailure.dataFile : GangFailure.other
    }
}
