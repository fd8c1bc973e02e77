// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import ProductionJobs
import ProductionStore

/// What the station can be asked over HTTP.
package struct StationAPI: Sendable {
    let station: Station

    package init(_ station: Station) { self.station = station }

    /// How a request proves who sent it.
    package enum Access: Hashable, Sendable {
        /// Whoever may open the socket's file is an engineer.
        case socket
        /// A token in the header `Authorization`.
        case token
    }

    /// One thing that can be asked, and who may ask it.
    struct Route: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let role: Role
        let answer: @Sendable (APIRequest) async throws(StationError) -> Response

        init(
            _ method: HTTPRequest.Method, _ path: String, _ role: Role,
            _ answer: @escaping @Sendable (APIRequest) async throws(StationError) -> Response
        ) {
            (self.method, self.path, self.role, self.answer) = (method, "/v1" + path, role, answer)
        }
    }

    var routes: [Route] { slotRoutes + jobRoutes + recipeRoutes + imageRoutes + recordRoutes + accessRoutes }

    /// What is asked by whom, for tests and for the description of the interface.
    var table: [(method: String, path: String, role: Role)] {
        routes.map { ($0.method.rawValue, $0.path, $0.role) }
    }

    package func router(_ access: Access) -> Router<BasicRequestContext> {
        let router = Router()
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await answer(route, request, context, access)
            }
        }
        // Whether it runs is no secret; what it does is.
        router.get("health") { _, _ in Response.text("ok\n") }
        router.get("ready") { _, _ in await ready() }
        router.get("/") { _, _ in StationPage.response }
        return router
    }

    private func answer(
        _ route: Route, _ request: Request, _ context: BasicRequestContext, _ access: Access
    ) async -> Response {
        do throws(StationError) {
            let holder = try holder(of: request, access)
            guard holder.role >= route.role else {
                throw .roleTooLow(needed: route.role.rawValue, held: holder.role.rawValue)
            }
            return try await route.answer(APIRequest(request: request, context: context, holder: holder))
        } catch {
            station.context.log.debug(
                "\(error.summary)", metadata: ["path": "\(route.path)", "error": "\(error.code)"])
            return .failure(error)
        }
    }

    private func holder(of request: Request, _ access: Access) throws(StationError) -> TokenHolder {
        if access == .socket { return TokenHolder(name: "socket", role: .engineer) }
        guard let header = request.headers[.authorization] else { throw .noToken }
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .badToken }
        let holder = try asking { () throws(StoreError) in
            try station.context.memory.tokens.holder(of: String(parts[1]))
        }
        guard let holder else { throw .badToken }
        return holder
    }

    private func ready() async -> Response {
        do {
            let states = try await station.slots()
            let trouble = states.filter { $0.activity == .trouble }.map(\.name)
            guard trouble.isEmpty else {
                return .text(
                    "slots in trouble: \(trouble.joined(separator: ", "))\n", status: .serviceUnavailable)
            }
            return .text("ready\n")
        } catch { return .failure(error) }
    }
}

/// What the station's memory answers, with its refusals as the station's.
func asking<Result>(_ body: () throws(StoreError) -> Result) throws(StationError) -> Result {
    do { return try body() } catch { throw StationError(error) }
}
