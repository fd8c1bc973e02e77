// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Foundation
import StationInterface
import Yams

/// `openapi.yaml`, and whether an answer of a station is one that it describes.
package struct InterfaceDocument: @unchecked Sendable {
    /// One request that the file describes.
    package struct Operation {
        /// `GET`.
        package let method: String
        /// `/v1/slots/{slot}`.
        package let path: String
        package let summary: String
        /// Nil: anybody may ask.
        package let role: String?
        /// Names of query parameters.
        package let query: [String]
        /// The schema of a body of JSON.
        package let body: Any?
        fileprivate let responses: [String: Any]
    }
    package let operations: [Operation]
    /// Never changed, so any thread may read it.
    package let root: [String: Any]

    private struct Unreadable: Error {}

    package init() throws {
        let text = String(decoding: StationInterface.description, as: UTF8.self)
        // Through JSON, so that numbers and flags are of the types that answers have.
        guard let yaml = try Yams.load(yaml: text), JSONSerialization.isValidJSONObject(yaml),
            let root = try JSONSerialization.jsonObject(with: JSONSerialization.data(withJSONObject: yaml))
                as? [String: Any], let paths = root["paths"] as? [String: [String: Any]]
        else { throw Unreadable() }
        self.root = root
        operations = paths.sorted { $0.key < $1.key }.flatMap { path, methods in
            methods.sorted { $0.key < $1.key }.compactMap { method, text in
                (text as? [String: Any]).map { Operation(method, path, $0, in: root) }
            }
        }
    }

    /// Of a request's path without its query.
    package func operation(_ method: String, _ path: String) -> Operation? {
        operations.first { $0.method == method && Self.fits(path, $0.path) }
    }

    /// What is wrong with an answer; nothing where it is as the file says.
    package func faults(
        of answer: Data, status: Int, type: String, to method: String, _ path: String
    ) -> [String] {
        // Paths that nobody is asked at, and methods that nobody takes, have one answer everywhere.
        guard let operation = operation(method, path) else {
            return [404, 405].contains(status)
                ? [] : ["\(method) \(path) is not described, and gave \(status)"]
        }
        var response = operation.responses["\(status)"]
        if let reference = (response as? [String: Any])?["$ref"] {
            response = SchemaChecker.resolve(reference, in: root)
        }
        let name = "\(method) \(operation.path) \(status)"
        // Such as 304: described, and without a body.
        if answer.isEmpty, let response = response as? [String: Any], response["content"] == nil { return [] }
        guard let content = (response as? [String: Any])?["content"] as? [String: [String: Any]] else {
            return ["\(name) is not described"]
        }
        let short = String(type.prefix { $0 != ";" })
        guard let schema = content[short]?["schema"] else { return ["\(name) is never \(type)"] }
        guard short == "application/json" else { return [] }
        guard let value = try? JSONSerialization.jsonObject(with: answer) else {
            return ["\(name) is no JSON"]
        }
        return SchemaChecker.check(value, against: schema, in: root).faults.map { "\(name): \($0)" }
    }

    private static func fits(_ path: String, _ template: String) -> Bool {
        let (own, others) = (path.split(separator: "/"), template.split(separator: "/"))
        return own.count == others.count && zip(own, others).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }
}

extension InterfaceDocument.Operation {
    fileprivate init(_ method: String, _ path: String, _ text: [String: Any], in root: [String: Any]) {
        (self.method, self.path) = (method.uppercased(), path)
        (summary, role) = (text["summary"] as? String ?? "", text["x-role"] as? String)
        let parameters = (text["parameters"] as? [[String: Any]] ?? []).compactMap { parameter in
            parameter["$ref"].map { SchemaChecker.resolve($0, in: root) as? [String: Any] } ?? parameter
        }
        query = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
        let content = (text["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
        body = content?["application/json"]?["schema"]
        responses = text["responses"] as? [String: Any] ?? [:]
    }
}
