// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ObjectFiles
import ProductionJobs
import ProductionStore

/// A recipe with its images read and checked.
struct PreparedRecipe: Sendable {
    let hash: ContentHash
    let recipe: Recipe
    let image: FirmwareImage

    /// Reads every image anew: what the disk no longer has is found before a board is touched.
    init(_ stored: StoredRecipe, images: ImageStore) throws(StoreError) {
        hash = stored.hash
        do { recipe = try stored.recipe } catch {
            throw .corrupt(path: "recipe \(stored.hash.short)", detail: error.summary)
        }
        var sources: [ImageSource] = []
        for image in recipe.images {
            sources.append(
                ImageSource(
                    name: image.name, bytes: try images.contents(image.sha256), format: nil,
                    address: image.address))
        }
        do { image = try FirmwareImage.merging(sources) } catch {
            throw .corrupt(path: "the images of \(stored.name)", detail: error.summary)
        }
    }

    private init(hash: ContentHash, recipe: Recipe, image: FirmwareImage) {
        (self.hash, self.recipe, self.image) = (hash, recipe, image)
    }

    /// Stands in the record of a unit whose recipe could not be read.
    static func unknown(_ name: String) -> PreparedRecipe {
        PreparedRecipe(
            hash: ContentHash(name) ?? ContentHash(of: []), recipe: Recipe(named: name),
            image: FirmwareImage(sorted: []))
    }
}
