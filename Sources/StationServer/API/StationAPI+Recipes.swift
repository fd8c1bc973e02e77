// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HTTPTypes
import HardwareDescription
import Hummingbird
import ProductionJobs
import ProductionStore

/// A recipe as it is told; its text where one is asked for alone.
private struct RecipeBody: Encodable {
    let hash: String
    let name: String
    let stored: String
    let approved: String?
    let approver: String?
    let retired: String?
    let text: String?

    init(_ recipe: StoredRecipe, withText: Bool = false) {
        (hash, name, stored) = (recipe.hash.description, recipe.name, recipe.stored)
        (approved, approver, retired) = (recipe.approved, recipe.approver, recipe.retired)
        text = withText ? recipe.text : nil
    }
}

private struct BatchRequest: Decodable {
    let name: String
    let recipe: String
    let workOrder: String?
    let limit: Int?
    static let keys = ["name", "recipe", "workOrder", "limit"]
}

extension StationAPI {
    private var memory: StationMemory { station.context.memory }

    var recipeRoutes: [Route] {
        [
            Route(.get, "/recipes", .reader) { _ async throws(StationError) in
                .json(
                    try asking { () throws(StoreError) in try memory.recipes.all() }.map { RecipeBody($0) })
            },
            Route(.post, "/recipes", .engineer) { request async throws(StationError) in
                try await addRecipe(request)
            },
            Route(.get, "/recipes/:hash", .reader) { request async throws(StationError) in
                let hash = try request.hash()
                return .json(
                    RecipeBody(
                        try asking { () throws(StoreError) in try memory.recipes.recipe(hash) },
                        withText: true)
                )
            },
            Route(.post, "/recipes/:hash/approve", .engineer) { request async throws(StationError) in
                let hash = try request.hash()
                return .json(
                    RecipeBody(
                        try asking { () throws(StoreError) in
                            try memory.recipes.approve(
                                hash, by: request.holder.name, at: station.context.now)
                            return try memory.recipes.recipe(hash)
                        }))
            },
            Route(.post, "/recipes/:hash/retire", .engineer) { request async throws(StationError) in
                let hash = try request.hash()
                return .json(
                    RecipeBody(
                        try asking { () throws(StoreError) in
                            try memory.recipes.retire(hash, at: station.context.now)
                            return try memory.recipes.recipe(hash)
                        }))
            },
            Route(.get, "/batches", .reader) { _ async throws(StationError) in
                .json(try asking { () throws(StoreError) in try memory.batches.all() })
            },
            Route(.post, "/batches", .engineer) { request async throws(StationError) in
                try await openBatch(request)
            },
            Route(.get, "/batches/:name", .reader) { request async throws(StationError) in
                let name = try request.parameter("name")
                return .json(try asking { () throws(StoreError) in try memory.batches.batch(name) })
            },
            Route(.post, "/batches/:name/close", .engineer) { request async throws(StationError) in
                let name = try request.parameter("name")
                return .json(
                    try asking { () throws(StoreError) in
                        try memory.batches.close(name, at: station.context.now)
                        return try memory.batches.batch(name)
                    })
            },
        ]
    }

    /// The body is the recipe's YAML text.
    private func addRecipe(_ request: APIRequest) async throws(StationError) -> Response {
        let text = try await request.text()
        let recipe: RecipeText
        do { recipe = try RecipeText(text, file: "recipe") } catch { throw .recipeInvalid(error) }
        for image in recipe.recipe.images {
            guard try asking({ () throws(StoreError) in try memory.images.contains(image.sha256) }) else {
                throw .store(StoreError.unknownImage(image.sha256))
            }
        }
        let stored = try asking { () throws(StoreError) in
            try memory.recipes.add(recipe, at: station.context.now)
            return try memory.recipes.recipe(recipe.hash)
        }
        return .json(RecipeBody(stored), status: .created)
    }

    private func openBatch(_ request: APIRequest) async throws(StationError) -> Response {
        let body = try await request.body(BatchRequest.self, keys: BatchRequest.keys)
        guard Identifier.isValid(body.name) else { throw .badRequest("`name` is no name") }
        guard body.workOrder.map(PlainText.isValid) ?? true else {
            throw .badRequest("`workOrder` is empty, too long or not plain text")
        }
        guard body.limit.map({ (1...10_000_000).contains($0) }) ?? true else {
            throw .badRequest("`limit` is 1 to 10000000 units")
        }
        let batch = try asking { () throws(StoreError) in
            let recipe = try memory.recipes.approved(body.recipe)
            let batch = Batch(
                name: body.name, recipe: recipe.hash, workOrder: body.workOrder, limit: body.limit,
                opened: station.context.now)
            try memory.batches.open(batch)
            return batch
        }
        return .json(batch, status: .created)
    }
}

extension APIRequest {
    func hash() throws(StationError) -> ContentHash {
        guard let hash = ContentHash(try parameter("hash")) else {
            throw .badRequest("a hash has 64 hexadecimal digits")
        }
        return hash
    }
}
