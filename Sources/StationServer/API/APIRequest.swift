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

    /// A misspelt parameter would be a wish that nobody follows.
    func expectQuery(_ known: [String]) throws(StationError) {
        var seen: Set<Substring> = []
        for (name, value) in request.uri.queryParameters {
            guard known.contains(String(name)) else {
                let list = known.isEmpty ? "none is" : known.joined(separator: ", ")
                throw .badRequest("unknown query parameter `\(name.prefix(80))` (known here: \(list))")
            }
            guard value.unicodeScalars.count <= 512 else { throw .badRequest("`\(name)` is too long") }
            guard seen.insert(name).inserted else { throw .badRequest("`\(name)` is given twice") }
        }
    }

    /// A number that need not be there: 0 or above, and exact in JSON.
    func number(
        _ name: String, in range: ClosedRange<Int64> = 0...(1 << 53) - 1
    ) throws(StationError) -> Int64? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw .badRequest("`\(name)` is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// How many of a list are asked for.
    func limit() throws(StationError) -> Int { Int(try number("limit", in: 1...1000) ?? 100) }

    /// Of the body, where the sender tells it before.
    var announcedLength: UInt64? { request.headers[.contentLength].flatMap { UInt64($0) } }

    func text() async throws(StationError) -> String {
        guard let text = String(validating: try await bytes().readableBytesView, as: UTF8.self) else {
            throw .badRequest("it is no text in UTF-8")
        }
        return text
    }

    private func bytes() async throws(StationError) -> ByteBuffer {
        guard announcedLength ?? 0 <= UInt64(Self.bodyLimit) else {
            throw .bodyTooLarge(limit: Self.bodyLimit)
        }
        do { return try await request.body.collect(upTo: Self.bodyLimit) } catch is NIOTooManyBytesError {
            throw .bodyTooLarge(limit: Self.bodyLimit)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw .bodyTooLarge(limit: Self.bodyLimit)
        } catch { throw .badRequest("the connection broke before its end") }
    }

    /// The body as JSON with these keys and no others: a misspelt key would be an instruction that nobody follows.
    func body<Value: Decodable>(_ type: Value.Type, keys: [String]) async throws(StationError) -> Value {
        let data = Data(try await bytes().readableBytesView)
        let object: Any
        do { object = try JSONSerialization.jsonObject(with: data) } catch {
            throw .badRequest("it is no JSON")
        }
        guard let object = object as? [String: Any] else { throw .badRequest("it is no JSON object") }
        if let stranger = object.keys.sorted().first(where: { !keys.contains($0) }) {
            throw .badRequest(
                "unknown key `\(stranger.prefix(80))` (known here: \(keys.joined(separator: ", ")))")
        }
        // An absent key says the same, and is the only way to say it.
        if let empty = object.keys.sorted().first(where: { object[$0] is NSNull }) {
            throw .badRequest("`\(empty)` is null")
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
