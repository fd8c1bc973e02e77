// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One unit, as it is asked for.
package struct UnitJobRequest: Codable, Hashable, Sendable {
    /// By name: the newest approved one; or by the 64 digits of its hash.
    package var recipe: String
    package var batch: String?
    /// Of the board that is in the slot, as the line counts it.
    package var boardRevision: String?
    package var workOrder: String?
    package var operatorName: String?
    /// Scanned or sent: `serial` tells units apart.
    package var fields: [String: String]?
    /// The unit was good before and is to be done again all the same.
    package var repeats: Bool?
    /// Bytes of a tester's own, before the recipe's: see ``PatchLine``.
    package var patch: String?
    /// An engineer's own unit, with a recipe that nobody has approved; the record says so.
    package var adHoc: Bool?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case recipe, batch, boardRevision, workOrder
        case operatorName = "operator"
        case fields, repeats, patch, adHoc
    }

    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    package init(recipe: String, fields: [String: String] = [:]) {
        self.recipe = recipe
        self.fields = fields.isEmpty ? nil : fields
    }

    /// The field that tells units apart.
    package static let identityField = "serial"
}

extension UnitJobRequest {
    /// Nil when it may be kept; else what is wrong with it.
    package var mistake: String? {
        guard Identifier.isValid(recipe) else { return "`recipe` is no name and no hash" }
        for (name, value) in [
            ("batch", batch), ("boardRevision", boardRevision), ("workOrder", workOrder),
            ("operator", operatorName),
        ] {
            guard let value else { continue }
            guard PlainText.isValid(value) else { return "`\(name)` is empty, too long or not plain text" }
        }
        guard fields?.count ?? 0 <= 64 else { return "more than 64 fields" }
        for (name, value) in fields ?? [:] {
            guard Identifier.isValid(name) else { return "`\(name.prefix(80))` is no name of a field" }
            guard PlainText.isValid(value) else {
                return "field `\(name)` is empty, too long or not plain text"
            }
        }
        guard adHoc != true || ContentHash(recipe) != nil else { return "`adHoc` takes a recipe by its hash" }
        guard adHoc != true || batch == nil else { return "an ad-hoc unit belongs to no batch" }
        if let patch, PatchLine(patch) == nil { return "`patch` is no patch of 1 to 4 pieces" }
        return nil
    }
}

/// What people write into records: a line without control characters.
package enum PlainText {
    package static func isValid(_ text: String) -> Bool {
        (1...512).contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
