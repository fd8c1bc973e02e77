// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is known of a unit before its first byte is flashed.
package struct UnitOpening: Codable, Hashable, Sendable {
    /// Of this attempt, never used again.
    package var unit: String
    package var station: String
    package var slot: String
    package var probe: ProbeIdentity
    package var recipe: RecipeIdentity
    /// By name and hash, in the order of the recipe.
    package var images: [ImageIdentity]
    package var board: String?
    /// Of the board, as the line counts it.
    package var boardRevision: String?
    /// Unique id of the microcontroller, 24 hexadecimal digits; nil where it was not reached.
    package var microcontroller: String?
    package var batch: String?
    package var workOrder: String?
    package var operatorName: String?
    /// What the unit was given, by pool.
    package var serials: [String: String] = [:]
    /// Scanned, sent, or added by a hook.
    package var fields: [String: String] = [:]
    /// ISO 8601 in UTC.
    package var startedAt: String
    /// Of the same unit, from 1.
    package var attempt: Int
    /// An engineer's own unit, with a recipe that nobody had approved.
    package var isAdHoc: Bool?

    package struct ProbeIdentity: Codable, Hashable, Sendable {
        package var kind: String
        package var path: String
        package var serial: String?
        package var firmware: String?

        package init(kind: String, path: String, serial: String? = nil, firmware: String? = nil) {
            (self.kind, self.path, self.serial, self.firmware) = (kind, path, serial, firmware)
        }
    }
    package struct RecipeIdentity: Codable, Hashable, Sendable {
        package var name: String
        package var hash: String

        package init(name: String, hash: ContentHash) { (self.name, self.hash) = (name, hash.description) }
    }
    package struct ImageIdentity: Codable, Hashable, Sendable {
        package var name: String
        package var sha256: String

        package init(_ image: Recipe.Image) { (name, sha256) = (image.name, image.sha256.description) }
    }

    package init(
        unit: String, station: String, slot: String, probe: ProbeIdentity, recipe: RecipeIdentity,
        images: [ImageIdentity], startedAt: String, attempt: Int
    ) {
        (self.unit, self.station, self.slot, self.probe) = (unit, station, slot, probe)
        (self.recipe, self.images, self.startedAt, self.attempt) = (recipe, images, startedAt, attempt)
    }
}
