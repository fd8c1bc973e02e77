// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashProgramming

/// The recipe of a unit that an engineer programs without one: the same wishes give the same text.
package struct AdHocRecipe: Hashable, Sendable {
    /// What every one of them is called, so that nobody takes it for a product's.
    package static let name = "ad-hoc"

    package var images: [Recipe.Image]
    package var board: String?
    package var loader: String?
    package var erase = EraseMode.needed
    package var verify = VerifyMode.best
    package var speed: Hertz?
    package var connectsUnderReset = false
    package var runsAfterwards = false

    package init(images: [Recipe.Image]) { self.images = images }

    /// YAML, as ``Recipe`` reads it.
    package var text: String {
        var lines = [
            "# Written by `extflash program --station`.", "schema: 1", "name: \(Self.name)",
            "title: Programmed without a recipe",
        ]
        if let board { lines.append("board: \(Self.quoted(board))") }
        if let loader { lines.append("loader: \(Self.quoted(loader))") }
        lines.append("images:")
        for image in images {
            let address = image.address.map { ", address: \($0.hex)" } ?? ""
            lines.append(
                "  - {sha256: \(image.sha256), name: \(Self.quoted(Self.fileName(image.name)))\(address)}")
        }
        lines += ["erase: \(erase.rawValue)", "verify: \(verify.rawValue)"]
        if let speed { lines.append("speed: \(speed.rawValue) Hz") }
        if connectsUnderReset { lines.append("connect: under-reset") }
        if runsAfterwards { lines.append("after: {run: true}") }
        // The same board again and again is what it is for.
        lines.append("guards: {refuse-good-units: false, refuse-repeated-serials: false}")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A name that a recipe takes: no folder, no control characters, at most 255 bytes.
    package static func fileName(_ path: String) -> String {
        var name = String(
            (path.split(separator: "/").last ?? "image").unicodeScalars.map { scalar in
                scalar.value >= 0x20 && scalar.value != 0x7f ? Character(scalar) : "_"
            })
        while name.utf8.count > 255 { name.removeFirst() }
        return name == "." || name == ".." ? "image" : name
    }
}
