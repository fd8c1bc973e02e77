// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Hummingbird
import NIOCore
import ProductionStore

/// A request whose sender is known.
struct APIRequest {
    let request: Request
    let context: BasicRequestContext
    let holder: TokenHolder

    /// Of every body but images'.
    static let bodyLimit = 1 << 20

    func parameter(_ name: String) throws(StationError) -> String {
        guard let value = context.parameters.get(name)?.removingPercentEncoding, !value.isEmpty,
            value.utf8.count <= 256
        else { throw .badRequest("`\(name)` is missing or too long") }
        return value
    }

    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
    }

    func number(_ name: String) throws(StationError) -> Int64? {
        guard let text = query(name) else { return nil }
        guard let number = Int64(text) else { throw .badRequest("`\(name)` is no number") }
        return number
    }

    func text() async throws(StationError) -> String {
        do {
            let buffer = try await request.body.collect(upTo: Self.bodyLimit)
            return String(buffer: buffer)
        } catch { throw .bodyTooLarge(limit: Self.bodyLimit) }
    }

    /// The body as JSON with these keys and no others: a misspelt key would be an instruction that nobody follows.
    func body<Value: Decodable>(_ type: Value.Type, keys: [String]) async throws(StationError) -> Value {
        let data = Data(try await text().utf8)
        let object: Any
        do { object = try JSONSerialization.jsonObject(with: data) } catch {
            throw .badRequest("it is no JSON")
        }
        guard let object = object as? [String: Any] else { throw .badRequest("it is no JSON object") }
        if let stranger = object.keys.sorted().first(where: { !keys.contains($0) }) {
            throw .badRequest(
                "unknown key `\(stranger.prefix(80))` (known here: \(keys.joined(separator: ", ")))")
        }
        do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
            throw .badRequest(Self.text(of: error))
        } catch { throw .badRequest("it cannot be read") }
    }

    private static func text(of error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "`\(path(context))` is of another type"
        case .dataCorrupted(let context): "`\(path(context))` cannot be read"
        @unknown default: "it cannot be read"
        }
    }
}
