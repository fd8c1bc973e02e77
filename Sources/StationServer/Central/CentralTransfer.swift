// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import HardwareDescription
import ProductionJobs
import ProductionStore

/// Recipes and images from the central database and to it, by their hash.
struct CentralTransfer: Sendable {
    let central: any Central
    let memory: StationMemory

    /// Takes a recipe and those of its images that are not here; it is not approved by that.
    func pull(recipe hash: ContentHash, at time: String) throws(StationError) {
        let text = try askingCentral { () throws(CentralError) in try central.recipe(hash) }
        let recipe: RecipeText
        do { recipe = try RecipeText(text, file: "recipe") } catch { throw .recipeInvalid(error) }
        for image in recipe.recipe.images { try pull(image: image.sha256, at: time) }
        try asking { () throws(StoreError) in try memory.recipes.add(recipe, at: time) }
    }

    /// Goes on where an earlier try ended; what comes is kept only if it has the hash.
    func pull(image hash: ContentHash, at time: String) throws(StationError) {
        guard try asking({ () throws(StoreError) in try !memory.images.contains(hash) }) else { return }
        let image = try askingCentral { () throws(CentralError) in try central.image(hash) }
        guard image.name.utf8.count <= 255, !image.name.contains("/") else {
            throw .central(CentralError.badAnswer("an image's name"))
        }
        let upload = try asking { () throws(StoreError) in try memory.images.upload(hash) }
        let pieceSize = UInt64(CentralImage.pieceSize)
        if !upload.count.isMultiple(of: pieceSize) || upload.count > UInt64(image.size) {
            try asking { () throws(StoreError) in try upload.restart() }
        }
        for index in Int(upload.count / pieceSize)..<image.pieces {
            let piece = try askingCentral { () throws(CentralError) in try central.piece(index, of: hash) }
            try asking { () throws(StoreError) in try upload.append(piece) }
        }
        try asking { () throws(StoreError) in
            try memory.images.finish(upload, name: image.name, at: time)
        }
    }

    /// Sends a recipe with its images.
    func push(recipe hash: ContentHash, by person: String) throws(StationError) {
        let stored = try asking { () throws(StoreError) in try memory.recipes.recipe(hash) }
        let recipe: RecipeText
        do { recipe = try RecipeText(stored.text, file: "recipe") } catch { throw .recipeInvalid(error) }
        for image in recipe.recipe.images { try push(image: image.sha256, by: person) }
        try askingCentral { () throws(CentralError) in try central.push(recipe: recipe, by: person) }
    }

    func push(image hash: ContentHash, by person: String) throws(StationError) {
        let bytes = try asking { () throws(StoreError) in try memory.images.contents(hash) }
        let name = try asking { () throws(StoreError) in
            try memory.images.all().first { $0.hash == hash.description }?.name ?? "image"
        }
        try askingCentral { () throws(CentralError) in
            guard try !isThere(hash) else { return }
            let image = CentralImage(name: name, size: Int64(bytes.count))
            for index in 0..<image.pieces {
                let start = index * CentralImage.pieceSize
                let end = min(bytes.count, start + CentralImage.pieceSize)
                try central.push(piece: Array(bytes[start..<end]), at: index, of: hash)
            }
            try central.finish(image, of: hash, by: person)
        }
    }

    private func isThere(_ hash: ContentHash) throws(CentralError) -> Bool {
        do throws(CentralError) {
            _ = try central.image(hash)
            return true
        } catch {
            guard case .unknownImage = error else { throw error }
            return false
        }
    }
}
