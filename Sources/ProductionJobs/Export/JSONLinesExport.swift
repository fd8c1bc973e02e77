// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// A JSON object per unit and line, with everything the record has.
struct JSONLinesExport: RecordExport {
    private struct Line: Encodable {
        let sequence: Int64
        let opened: UnitOpening
        let closed: UnitClosing?
    }

    func begin() -> String { "" }
    func end() -> String { "" }
    func unit(_ unit: UnitRecord) -> String {
        ExportJSON.line(Line(sequence: unit.sequence, opened: unit.opening, closed: unit.closing))
    }
}

enum ExportJSON {
    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Texts and numbers only.
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a record is made of texts and finite numbers")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
