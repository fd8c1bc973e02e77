// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import FlashProgramming
package import HardwareDescription

/// The text of a recipe, its hash and what it says.
package struct RecipeText: Hashable, Sendable {
    package let text: String
    /// Of the text's bytes as they are: a comment that changes makes another recipe too.
    package let hash: ContentHash
    package let recipe: Recipe

    /// Reads a recipe; `file` is for messages only.
    package init(_ text: String, file: String) throws(DefinitionError) {
        self.text = text
        recipe = try Recipe(yaml: text, file: file)
        hash = ContentHash(of: Array(text.utf8))
    }
}

extension ContentHash {
    package init(of bytes: [UInt8]) { self.init(SHA256.digest(of: bytes)) }

    package init(_ digest: SHA256.Digest) {
        guard let hash = Self(digest.description) else {
            preconditionFailure("a SHA-256 is written in 64 digits")
        }
        self = hash
    }
}
