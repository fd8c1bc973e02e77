// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ProductionJobs
import Testing

@Suite struct `Recipes that nobody wrote` {
    @Test func `say what was asked for and nothing else`() throws {
        var wishes = AdHocRecipe(images: [
            Recipe.Image(
                sha256: ContentHash(of: [1]), name: "/home/a/app \"v1\\2\".bin", address: 0x9000_1000),
            Recipe.Image(sha256: ContentHash(of: [2]), name: "a\u{7}.elf", address: nil),
        ])
        (wishes.board, wishes.loader, wishes.speed) = ("my-board", "a \"b\".stldr", Hertz(1_234_567))
        (wishes.erase, wishes.verify) = (.chip, .hash)
        (wishes.connectsUnderReset, wishes.runsAfterwards) = (true, true)
        let recipe = try RecipeText(wishes.text, file: "ad-hoc").recipe
        #expect(recipe.name == AdHocRecipe.name)
        #expect(recipe.images.map(\.name) == ["app \"v1\\2\".bin", "a_.elf"])
        #expect(recipe.images.map(\.address) == [0x9000_1000, nil])
        #expect(recipe.images.map(\.sha256) == wishes.images.map(\.sha256))
        #expect(recipe.board == "my-board" && recipe.loader == "a \"b\".stldr")
        #expect(recipe.speed == Hertz(1_234_567) && recipe.erase == .chip && recipe.verify == .hash)
        #expect(recipe.connectsUnderReset && recipe.after.runs)
        #expect(!recipe.guards.refusesGoodUnits && !recipe.guards.refusesRepeatedSerials)
    }

    @Test func `are what a recipe is by itself where nothing was asked for`() throws {
        let image = Recipe.Image(sha256: ContentHash(of: []), name: "", address: nil)
        let recipe = try RecipeText(AdHocRecipe(images: [image]).text, file: "ad-hoc").recipe
        #expect(recipe.images.map(\.name) == ["image"])
        #expect(recipe.board == nil && recipe.loader == nil && recipe.speed == nil)
        #expect(recipe.erase == .needed && recipe.verify == .best && !recipe.after.runs)
    }

    @Test func `need a hash, and no batch`() {
        var request = UnitJobRequest(recipe: "product")
        request.adHoc = true
        #expect(request.mistake == "`adHoc` takes a recipe by its hash")
        request.recipe = ContentHash(of: []).description
        #expect(request.mistake == nil)
        request.batch = "monday"
        #expect(request.mistake == "an ad-hoc unit belongs to no batch")
    }
}
