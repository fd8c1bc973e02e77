// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// What a board's QUADSPI, traces and flash are like, from pins to data.
package struct BoardExamination: Sendable {
    /// What was proven of the lines that carry a flash's data.
    package enum LineProof: Hashable, Sendable {
        /// As many bytes came alike on these lines as on one.
        case proven(lines: Int, bytes: Int)
        /// On these the bits differ.
        case faulty([BoardDefinition.Pin])
        /// Not tried, in words.
        case impossible(String)
    }
    /// Bytes of one place, read twice.
    package struct Sample: Hashable, Sendable {
        /// In the flash of a bank.
        package var offset: UInt32
        package var first: [UInt8]
        package var second: [UInt8]
    }

    /// Clocks, pins and controller as they were found, where they differ from what the board needs.
    package internal(set) var asFound: [FlashFinding] = []
    package internal(set) var traces: [TraceFinding] = []
    /// What did not become as the board needs it when it was set up.
    package internal(set) var refused: [FlashFinding] = []
    package internal(set) var inspection = FlashInspection()
    /// By bank, where a flash answers: what four lines carry, or two where four cannot be tried.
    package internal(set) var lines: [Int: [LineProof]] = [:]
    /// By bank, where a flash answers.
    package internal(set) var samples: [Int: [Sample]] = [:]
}
