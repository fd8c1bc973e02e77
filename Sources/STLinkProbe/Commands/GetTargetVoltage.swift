// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// GET_TARGET_VOLTAGE (0xF7), V2J13.
///
/// Not answered at all in DFU mode.
struct GetTargetVoltage: STLinkCommand {
    static let name = "GET_TARGET_VOLTAGE"
    static let reportsStatus = false
    static let feature: STLinkFeature? = .targetVoltage
    var answerSize: Int { 8 }
    /// Volts of the probe's reference, and how far the target rail is divided before it is measured.
    private static let reference = 1.2, divider = 2.0

    func encode(into block: inout CommandBlock) { block.append(0xf7) }

    /// - Returns: volts; nil when the probe measured no reference either.
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> Double? {
        let referenceCount = try answer.read(UInt32.self), targetCount = try answer.read(UInt32.self)
        guard referenceCount > 0 else { return nil }
        return Self.divider * Double(targetCount) * Self.reference / Double(referenceCount)
    }
}
