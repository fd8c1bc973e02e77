// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import ProductionStore

extension StationAPI {
    /// One thing that can be asked, and who may ask it.
    struct Route: Sendable {
        let method: HTTPRequest.Method
        /// With a colon before what differs: `/v1/slots/:slot`.
        let path: String
        /// The least that may ask; nil: anybody, also without a token.
        let role: Role?
        /// Names of query parameters; any other is refused.
        let query: [String]
        let answer: @Sendable (APIRequest) async throws(StationError) -> Response

        init(
            _ method: HTTPRequest.Method, _ path: String, _ role: Role, query: [String] = [],
            _ answer: @escaping @Sendable (APIRequest) async throws(StationError) -> Response
        ) {
            (self.method, self.path, self.role, self.query) = (method, "/v1" + path, role, query)
            self.answer = answer
        }

        /// For everybody, `path` as it is.
        init(
            open path: String,
            _ answer: @escaping @Sendable (APIRequest) async throws(StationError) -> Response
        ) {
            (method, self.path, role, query, self.answer) = (.get, path, nil, [], answer)
        }

        /// As OpenAPI writes it: `/v1/slots/{slot}`.
        var template: String { path.replacing(/:([a-z]+)/) { "{\($0.1)}" } }

        /// Whether a request for `path` would be this route's, but for its method.
        func matches(_ path: String) -> Bool {
            func pieces(_ text: String) -> [Substring] { text.split(separator: "/") }
            let (own, others) = (pieces(self.path), pieces(path))
            return own.count == others.count
                && zip(own, others).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }
    }
}

/// Tells what is asked of nobody: there is nothing at the path, or it takes other methods.
struct UnknownRoutes: RouterMiddleware {
    typealias Context = BasicRequestContext
    let routes: [StationAPI.Route]

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError
            where error.status == .notFound
        {
            let path = request.uri.path
            var allowed = routes.filter { $0.matches(path) }.map(\.method.rawValue)
            guard !allowed.isEmpty else { return .failure(StationError.notFound(String(path.prefix(200)))) }
            if allowed.contains("GET") { allowed.append("HEAD") }
            allowed.sort()
            var response = Response.failure(
                StationError.methodNotAllowed(request.method.rawValue, allowed: allowed))
            response.headers[.allow] = allowed.joined(separator: ", ")
            return response
        }
    }
}
