// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// RFC 4180: a line per unit, the names of the columns first.
struct CSVExport: RecordExport {
    private typealias Column = (name: String, value: @Sendable (UnitRecord) -> String?)

    private static let columns: [Column] = [
        ("unit", { $0.opening.unit }), ("label", { $0.label }), ("verdict", { $0.closing?.verdict.rawValue }),
        ("started", { $0.opening.startedAt }), ("ended", { $0.closing?.endedAt }),
        ("station", { $0.opening.station }), ("slot", { $0.opening.slot }), ("batch", { $0.opening.batch }),
        ("work_order", { $0.opening.workOrder }), ("operator", { $0.opening.operatorName }),
        ("board", { $0.opening.board }), ("board_revision", { $0.opening.boardRevision }),
        ("attempt", { String($0.opening.attempt) }),
        ("recipe", { $0.opening.recipe.name }), ("recipe_hash", { $0.opening.recipe.hash }),
        ("images", { $0.opening.images.map(\.sha256).joined(separator: " ") }),
        ("serials", { pairs($0.opening.serials) }), ("fields", { pairs($0.opening.fields) }),
        ("probe_serial", { $0.opening.probe.serial }), ("probe_firmware", { $0.opening.probe.firmware }),
        ("loader_hash", { $0.closing?.loaderHash }), ("part", { $0.closing?.microcontroller?.part }),
        ("revision", { $0.closing?.microcontroller?.revision }),
        ("unique_id", { $0.closing?.microcontroller?.uniqueID }),
        ("flash_id", { $0.closing?.flash?.jedecID }), ("flash_unique_id", { $0.closing?.flash?.uniqueID }),
        ("millivolts", { $0.closing?.millivolts.map(String.init) }),
        ("swd_hertz", { $0.closing?.clockHertz.map { String($0) } }),
        ("seconds", { $0.seconds.map { Format.decimal($0, 3) } }),
        ("retries", { $0.closing.map { String($0.retries) } }), ("contents", { $0.closing?.contents }),
        ("phases", { phases($0.closing?.phases ?? []) }),
        ("error", { $0.closing?.error?.code }), ("error_text", { $0.closing?.error?.summary }),
        ("causes", { $0.closing?.error?.causes.joined(separator: "; ") }),
        ("remedies", { $0.closing?.error?.remedies.joined(separator: "; ") }),
    ]

    private static func phases(_ phases: [UnitClosing.Phase]) -> String {
        phases.map { "\($0.name)=\(Format.decimal($0.seconds, 3))" }.joined(separator: " ")
    }

    private static func pairs(_ values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    func begin() -> String { line(Self.columns.map(\.name)) }
    func unit(_ unit: UnitRecord) -> String { line(Self.columns.map { $0.value(unit) ?? "" }) }
    func end() -> String { "" }

    private func line(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") + "\r\n" }

    /// A cell that a spreadsheet would take for a formula gets a `'` before it: fields come from scanners and networks.
    private func quoted(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
        guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
