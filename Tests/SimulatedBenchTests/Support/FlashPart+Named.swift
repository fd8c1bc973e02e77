// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit

@testable import SimulatedBench

extension FlashPart {
    /// A part of `Config/flash`.
    static func named(_ name: String) -> FlashPart {
        do { return try FlashPart(named: name, in: .repository) } catch {
            preconditionFailure("Config/flash/\(name).yaml: \(error)")
        }
    }
    static let w25q128jvIQ = named("w25q128jv")
    static let w25q128jvIM = named("w25q128jv-im")
    static let w25q128fv = named("w25q128fv")
}
