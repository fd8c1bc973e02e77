// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

@Suite struct `Units with a recipe that nobody approved` {
    @Test func `are for engineers alone, for one slot and for all`() async throws {
        let fixture = try StationFixture()
        let client = APIClient(fixture.station, .token)
        let recipe = try fixture.addRecipe(approved: false)
        let body = #"{"recipe": "\#(recipe.hash)", "adHoc": true}"#
        for role in Role.allCases {
            let token = try fixture.memory.tokens.create(role.rawValue, role: role, at: "")
            for path in ["/v1/slots/A1/units", "/v1/start"] {
                let answer = try await client.ask(
                    .post, path, body, headers: [.authorization: "Bearer \(token)"])
                #expect(
                    (answer.status == .accepted) == (role == .engineer), "\(role) \(path) \(answer.status)")
                #expect((answer.status == .forbidden) == (role != .engineer))
            }
        }
        fixture.remove()
    }
}
