// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Holds a JSON document against a JSON Schema, draft 2020-12, of which it knows what our schemas use.
///
/// A keyword that it does not know is a fault too: nothing may pass because nobody looked. So is a key that the schema
/// does not describe: readers ignore those, but we must not write them.
package struct SchemaChecker {
    package private(set) var faults: [String] = []
    /// The keys that were met: `result.flash.jedecID`, `result.images[].file`.
    package private(set) var keys: Set<String> = []

    /// Where `#/…` leads.
    private let root: Any

    /// `root` is the document that references are looked up in; the schema itself where none is given.
    package static func check(
        _ document: Any, against schema: Any, in root: Any? = nil
    ) -> SchemaChecker {
        var checker = SchemaChecker(root: root ?? schema)
        checker.check(document, schema, at: "")
        return checker
    }

    private static let annotations: Set<String> = [
        "$schema", "$id", "title", "description", "example", "default",
    ]

    private mutating func check(_ value: Any, _ schema: Any, at path: String) {
        guard let schema = schema as? [String: Any] else { return fault(path, "the schema is not an object") }
        for (keyword, rule) in schema where !Self.annotations.contains(keyword) {
            switch keyword {
            case "type": checkType(value, rule, at: path)
            case "const": if !equal(value, rule) { fault(path, "is \(value), not \(rule)") }
            case "enum":
                let choices = rule as? [Any] ?? []
                if !choices.contains(where: { equal(value, $0) }) { fault(path, "\(value) is not a choice") }
            case "pattern": checkPattern(value, rule, at: path)
            case "minimum": checkBound(value, rule, at: path) { $0 >= $1 }
            case "maximum": checkBound(value, rule, at: path) { $0 <= $1 }
            case "items":
                for element in value as? [Any] ?? [] { check(element, rule, at: path + "[]") }
            case "additionalProperties" where rule as? Bool == false && isBoolean(rule): break
            case "$ref":
                guard let target = Self.resolve(rule, in: root) else {
                    fault(path, "\(rule) leads nowhere"); break
                }
                check(value, target, at: path)
            case "propertyNames":
                for key in (value as? [String: Any] ?? [:]).keys { check(key, rule, at: "\(path).\(key)") }
            case "minLength", "maxLength", "minItems", "maxItems", "maxProperties":
                checkSize(value, rule, keyword, at: path)
            case "uniqueItems":
                let elements = value as? [NSObject] ?? []
                if Set(elements).count != elements.count { fault(path, "an element is there twice") }
            case "additionalProperties":
                for element in (value as? [String: Any] ?? [:]).values {
                    check(element, rule, at: path + ".*")
                }
            case "properties": checkProperties(value, rule, at: path)
            case "required":
                for key in rule as? [String] ?? [] where (value as? [String: Any])?[key] == nil {
                    fault(path, "\(key) is missing")
                }
            case "if": checkBranch(value, rule, schema, at: path)
            case "then", "else": break
            default: fault(path, "the checker does not know the keyword \(keyword)")
            }
        }
    }

    /// What `#/a/b` names in `root`.
    package static func resolve(_ reference: Any, in root: Any) -> Any? {
        guard let text = reference as? String, text.hasPrefix("#/") else { return nil }
        var found: Any? = root
        for key in text.dropFirst(2).split(separator: "/") {
            found = (found as? [String: Any])?[String(key)]
        }
        return found
    }

    private mutating func checkSize(_ value: Any, _ rule: Any, _ keyword: String, at path: String) {
        let size =
            (value as? String)?.unicodeScalars.count ?? (value as? [Any])?.count
            ?? (value as? [String: Any])?.count
        guard let size, let bound = rule as? Int else { return fault(path, "has no size for \(keyword)") }
        if keyword.hasPrefix("min") ? size < bound : size > bound {
            fault(path, "\(keyword) is \(bound), not \(size)")
        }
    }

    private mutating func checkProperties(_ value: Any, _ rule: Any, at path: String) {
        guard let properties = rule as? [String: Any], let object = value as? [String: Any] else { return }
        for (key, element) in object {
            let inner = path.isEmpty ? key : "\(path).\(key)"
            keys.insert(inner)
            if let property = properties[key] {
                check(element, property, at: inner)
            } else {
                fault(inner, "is not described")
            }
        }
    }

    /// Conditions look at some keys only, so what else is there does not matter to them.
    private mutating func checkBranch(_ value: Any, _ rule: Any, _ schema: [String: Any], at path: String) {
        guard let condition = (rule as? [String: Any])?["properties"] as? [String: Any],
            let object = value as? [String: Any]
        else { return fault(path, "the checker does not know this form of `if`") }
        let holds = condition.allSatisfy { key, inner in
            object[key].map { Self.check($0, against: inner, in: root).faults.isEmpty } ?? true
        }
        if let branch = schema[holds ? "then" : "else"] { check(value, branch, at: path) }
    }

    private mutating func checkType(_ value: Any, _ rule: Any, at path: String) {
        let isRight: Bool =
            switch rule as? String {
            case "object": value is [String: Any]
            case "array": value is [Any]
            case "string": value is String
            case "boolean": isBoolean(value)
            case "number": !isBoolean(value) && value is NSNumber
            case "integer": !isBoolean(value) && (value as? Double).map { $0 == $0.rounded() } ?? false
            default: false
            }
        if !isRight { fault(path, "\(value) is no \(rule)") }
    }

    private mutating func checkPattern(_ value: Any, _ rule: Any, at path: String) {
        guard let text = value as? String, let pattern = rule as? String,
            let expression = try? Regex(pattern)
        else { return fault(path, "the pattern \(rule) cannot be used") }
        if text.firstMatch(of: expression) == nil { fault(path, "\"\(text)\" does not match \(pattern)") }
    }

    private mutating func checkBound(
        _ value: Any, _ rule: Any, at path: String, _ holds: (Double, Double) -> Bool
    ) {
        guard let number = value as? Double, let bound = rule as? Double, holds(number, bound) else {
            return fault(path, "\(value) is beyond \(rule)")
        }
    }

    private func isBoolean(_ value: Any) -> Bool {
        // JSONSerialization gives true and false as numbers of a type of their own.
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? (value is Bool)
    }
    private func equal(_ left: Any, _ right: Any) -> Bool {
        isBoolean(left) == isBoolean(right) && (left as? NSObject) == (right as? NSObject)
    }
    private mutating func fault(_ path: String, _ what: String) {
        faults.append("\(path.isEmpty ? "the document" : path): \(what)")
    }
}

extension SchemaChecker {
    /// Every key that a schema describes.
    package static func keys(of schema: Any, at path: String = "") -> Set<String> {
        guard let schema = schema as? [String: Any] else { return [] }
        var keys: Set<String> = []
        for (key, property) in schema["properties"] as? [String: Any] ?? [:] {
            let inner = path.isEmpty ? key : "\(path).\(key)"
            keys.insert(inner)
            keys.formUnion(self.keys(of: property, at: inner))
        }
        if let items = schema["items"] { keys.formUnion(self.keys(of: items, at: path + "[]")) }
        return keys
    }
}
