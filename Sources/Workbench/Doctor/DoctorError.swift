// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashController

/// What is wrong with a board, where no layer below has an error for it.
package enum DoctorError: Error, Sendable {
    /// A word of RAM does not keep what is written.
    case memoryAltered(address: UInt32, wrote: UInt32, read: UInt32)
    case traces([TraceFinding])
    /// Registers that do not become what the board's file says.
    case setUpRefused([FlashFinding])
    /// No flash answers, with all that was seen.
    case flashSilent([FlashFinding], [TraceFinding])
    case otherFlash(FlashFinding)
    case flashWorks(FlashFinding)
    case flashProtected(FlashFinding)
    case flashFailed(FlashFinding)
    /// By bank, the pins whose line does not carry what the flash sends.
    case lines(bank: Int, pins: [String])
    case unsteady(bank: Int, offset: UInt32, differing: Int, of: Int)
    case cancelled
}

extension DoctorError: Diagnosable {
    package var code: String {
        switch self {
        case .memoryAltered: "DOC-001"
        case .traces: "DOC-002"
        case .setUpRefused: "DOC-003"
        case .flashSilent: "DOC-004"
        case .otherFlash: "DOC-005"
        case .flashWorks: "DOC-006"
        case .flashProtected: "DOC-007"
        case .flashFailed: "DOC-008"
        case .lines: "DOC-009"
        case .unsteady: "DOC-010"
        case .cancelled: "DOC-011"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .memoryAltered, .setUpRefused: .targetFailed
        case .traces, .flashSilent: .flashSilent
        case .otherFlash: .configurationInvalid
        case .flashWorks, .flashFailed, .lines: .flashFailed
        case .flashProtected: .flashProtected
        case .unsteady: .verifyMismatch
        case .cancelled: .cancelled
        }
    }

    package var summary: String {
        switch self {
        case .memoryAltered(let address, let wrote, let read):
            "RAM at \(address.hex) does not keep what is written: \(read.hex) instead of \(wrote.hex)"
        case .traces(let findings): findings.map(\.text).joined(separator: "; ")
        case .setUpRefused(let findings):
            "clocks and pins do not take what the board file says: "
                + findings.map(\.text).joined(separator: "; ")
        case .flashSilent(let findings, let traces):
            (findings.map(\.text) + traces.map(\.text)).joined(separator: "; ")
        case .otherFlash(let finding), .flashWorks(let finding), .flashProtected(let finding),
            .flashFailed(let finding):
            finding.text
        case .lines(let bank, let pins):
            "on bank \(bank), \(pins.joined(separator: " and ")) \(pins.count == 1 ? "does" : "do") not carry what the flash sends"
        case .unsteady(let bank, let offset, let differing, let count):
            "the flash on bank \(bank) is not read alike twice: \(differing) of \(count) bytes differ from offset \(offset.hex) on"
        case .cancelled: "the visit was cancelled"
        }
    }

    package var remedies: [String] {
        switch self {
        case .memoryAltered:
            [
                "look whether something else writes there: a DMA channel, or the other core; try --connect under-reset",
                "measure the core supply (VCAP), and use another board if it stays so",
            ]
        case .traces(let findings): findings.map(\.remedy)
        case .setUpRefused: ["look whether the part has these pins (its package), and correct the board file"]
        case .flashSilent(let findings, let traces):
            traces.map(\.remedy) + Set(findings.compactMap(\.remedyWithoutLoader)).sorted()
                + ["look for an open joint at CLK, NCS, IO0 and IO1, at the part and at the flash"]
        case .otherFlash(let finding), .flashWorks(let finding), .flashProtected(let finding),
            .flashFailed(let finding):
            finding.remedyWithoutLoader.map { [$0] } ?? []
        case .lines(_, let pins):
            [
                "look for an open joint or a short at \(pins.joined(separator: " and ")), at the part and at the flash"
            ]
        case .unsteady:
            [
                "look for a joint that is loose: press on the flash and try again",
                "look at the flash's supply and its decoupling",
            ]
        case .cancelled: []
        }
    }
}
