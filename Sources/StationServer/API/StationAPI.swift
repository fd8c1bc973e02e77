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
import StationInterface

/// What the station can be asked over HTTP.
package struct StationAPI: Sendable {
    let station: Station

    /// Lets time pass.
    private let pause: @Sendable (Duration) async -> Void

    /// `pause` is for tests.
    package init(
        _ station: Station,
        pause: @escaping @Sendable (Duration) async -> Void = { time in
            // Cancelled is as good as over.
            try? await Task.sleep(for: time)
        }
    ) { (self.station, self.pause) = (station, pause) }

    /// How a request proves who sent it.
    package enum Access: Hashable, Sendable {
        /// Whoever may open the socket's file is an engineer.
        case socket
        /// A token in the header `Authorization`.
        case token
    }

    var routes: [Route] {
        slotRoutes + jobRoutes + recipeRoutes + imageRoutes + recordRoutes + accessRoutes + pageRoutes
            + centralRoutes + openRoutes
    }

    /// Whether it runs is no secret, nor how it is asked; what it does is.
    private var openRoutes: [Route] {
        [
            Route(open: "/health") { _ async throws(StationError) in .text("ok\n") },
            Route(open: "/ready") { _ async throws(StationError) in try await ready() },
            Route(open: "/v1/openapi.yaml") { _ async throws(StationError) in
                .text(
                    String(decoding: StationInterface.description, as: UTF8.self),
                    type: "application/yaml; charset=utf-8")
            },
        ]
    }

    package func router(_ access: Access) -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        let routes = routes
        router.add(middleware: UnknownRoutes(routes: routes))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await answer(route, request, context, access)
            }
        }
        return router
    }

    private func answer(
        _ route: Route, _ request: Request, _ context: BasicRequestContext, _ access: Access
    ) async -> Response {
        do throws(StationError) {
            let holder = try holder(of: request, access, for: route)
            let asked = APIRequest(request: request, context: context, holder: holder)
            try asked.expectQuery(route.query)
            return try await route.answer(asked)
        } catch {
            // Who guesses tokens waits for each answer.
            if case .badToken = error { await pause(.milliseconds(250)) }
            station.context.log.debug(
                "\(error.summary)", metadata: ["path": "\(route.path)", "error": "\(error.code)"])
            return .failure(error)
        }
    }

    private func holder(
        of request: Request, _ access: Access, for route: Route
    ) throws(StationError) -> TokenHolder {
        guard let role = route.role else { return TokenHolder(name: "anybody", role: .reader) }
        let holder = try holder(of: request, access)
        guard holder.role >= role else {
            throw .roleTooLow(needed: role.rawValue, held: holder.role.rawValue)
        }
        return holder
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

    private func ready() async throws(StationError) -> Response {
        let trouble = try await station.slots().filter { $0.activity == .trouble }.map(\.name)
        guard trouble.isEmpty else {
            return .text(
                "slots in trouble: \(trouble.joined(separator: ", "))\n", status: .serviceUnavailable)
        }
        return try centralReadiness()
    }

    /// A central database that is away keeps no unit from being made; one that contradicts the station does.
    private func centralReadiness() throws(StationError) -> Response {
        guard let status = try station.central?.status() else { return .text("ready\n") }
        if let conflict = status.conflict {
            return .text("central database: \(conflict)\n", status: .serviceUnavailable)
        }
        let state = status.problem.map { "away [\($0.code)]" } ?? "there"
        return .text("ready\ncentral database \(state), \(status.waiting) records wait for it\n")
    }
}

/// What the station's memory answers, with its refusals as the station's.
func asking<Result>(_ body: () throws(StoreError) -> Result) throws(StationError) -> Result {
    do { return try body() } catch { throw StationError(error) }
}
