// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
package import Essentials

/// What an AP number turned out to be.
package struct AccessPortFinding: Sendable {
    package enum Outcome: Sendable {
        case present(RegisterValue<AccessPortIdentification>)
        /// IDR reads zero.
        case absent
        /// IDR could not be read: e.g. the M4's AP while its domain is off.
        case unreadable(DebugAccessError)
    }
    package let index: UInt8
    package let outcome: Outcome

    /// IDR where the AP answers.
    package var identification: RegisterValue<AccessPortIdentification>? {
        if case .present(let value) = outcome { value } else { nil }
    }
}

extension DebugPort {
    /// Reads one IDR.
    ///
    /// Only a lost connection is an error.
    package func identifyAccessPort(_ index: UInt8) throws(DebugAccessError) -> AccessPortFinding {
        do {
            let value = RegisterValue<AccessPortIdentification>(
                rawValue: try readRegister(.accessPort(index, 0xFC)))
            return AccessPortFinding(index: index, outcome: value.rawValue == 0 ? .absent : .present(value))
        } catch {
            // The probe may refuse an AP it cannot open; whether the wire is dead shows at the debug port.
            do { _ = try status() } catch { throw error }
            return AccessPortFinding(index: index, outcome: .unreadable(error))
        }
    }
}
