// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import StationTestKit
import Workbench

@testable import extflash

/// A document against the schema of its command.
enum DocumentCheck {
    /// What is wrong with it.
    static func faults(of document: String) -> [String] {
        guard let value = try? JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any],
            let command = value["command"] as? String
        else { return ["this is no document: \(document.prefix(200))"] }
        guard let schema = SchemaCommand.all.first(where: { $0.command == command }),
            let rules = try? JSONSerialization.jsonObject(with: Data(schema.text.utf8))
        else { return ["there is no schema for \(command)"] }
        return SchemaChecker.check(value, against: rules).faults
    }
}
