// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import ProductionJobs

extension PostgresCentral {
    package func recipe(_ hash: ContentHash) throws(CentralError) -> String {
        let rows = try ask(
            "SELECT text FROM extflash.recipe WHERE hash = decode($1, 'hex')", [.text(hash.description)])
        guard let text = rows.text(0, 0) else { throw .unknownRecipe(hash) }
        guard ContentHash(of: Array(text.utf8)) == hash else { throw .damaged(hash) }
        return text
    }

    package func push(recipe text: RecipeText, by person: String) throws(CentralError) {
        _ = try ask(
            "SELECT extflash.push_recipe($1, $2, $3)",
            [.text(text.recipe.name), .text(text.text), .text(person)])
    }

    package func image(_ hash: ContentHash) throws(CentralError) -> CentralImage {
        let rows = try ask(
            "SELECT name, size FROM extflash.image WHERE hash = decode($1, 'hex')", [.text(hash.description)])
        guard let name = rows.text(0, 0), let size = rows.number(0, 1), size > 0 else {
            throw .unknownImage(hash)
        }
        return CentralImage(name: name, size: size)
    }

    package func piece(_ index: Int, of hash: ContentHash) throws(CentralError) -> [UInt8] {
        let rows = try ask(
            "SELECT bytes FROM extflash.image_piece WHERE hash = decode($1, 'hex') AND piece = $2",
            [.text(hash.description), .number(Int64(index))], isBinary: true)
        guard let bytes = rows.bytes(0, 0) else { throw .incompleteImage(hash) }
        return bytes
    }

    package func push(piece: [UInt8], at index: Int, of hash: ContentHash) throws(CentralError) {
        _ = try ask(
            "SELECT extflash.push_piece($1, $2, $3)",
            [.text(hash.description), .number(Int64(index)), .bytes(piece)])
    }

    package func finish(
        _ image: CentralImage, of hash: ContentHash, by person: String
    ) throws(CentralError) {
        let rows = try ask(
            "SELECT extflash.finish_image($1, $2, $3, $4)",
            [.text(hash.description), .text(image.name), .number(image.size), .text(person)])
        guard rows.text(0, 0) == "t" else { throw .incompleteImage(hash) }
    }
}
