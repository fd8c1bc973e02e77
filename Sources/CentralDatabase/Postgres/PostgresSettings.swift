// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
package import ProductionJobs

/// How a connection is made: what goes to libpq, and nothing of it into logs.
package struct PostgresSettings: Sendable {
    let definition: CentralDefinition
    /// The server shows it among its connections.
    let application: String
    /// Of one statement; going over all that is there takes longer than a station would wait.
    let timeout: Duration

    package init(_ definition: CentralDefinition, application: String, timeout: Duration? = nil) {
        (self.definition, self.application) = (definition, application)
        self.timeout = timeout ?? definition.timeout
    }

    var name: String { definition.database.description }

    /// Keyword and value, later ones winning over those of the URI or the service (libpq, "Parameter Key Words").
    func parameters() throws(CentralError) -> [(String, String)] {
        var parameters: [(String, String)] =
            switch definition.database {
            case .uri(let text): [("dbname", text)]
            case .service(let name): [("service", name)]
            }
        if let path = definition.passwordFile { parameters.append(("password", try password(path))) }
        let milliseconds = timeout.components.seconds * 1000
        return parameters + [
            ("application_name", application), ("client_encoding", "UTF8"),
            // Kerberos would be asked before TLS, with time limits of its own.
            ("gssencmode", "disable"),
            // Of several hosts the one that takes writes.
            ("target_session_attrs", "read-write"),
            ("connect_timeout", "\(max(2, timeout.components.seconds))"),
            ("tcp_user_timeout", "\(milliseconds)"),
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            (
                "options",
                "-c statement_timeout=\(milliseconds) -c lock_timeout=\(milliseconds) -c idle_in_transaction_session_timeout=\(milliseconds)"
            ),
        ]
    }

    private func password(_ path: String) throws(CentralError) -> String {
        let attributes: [FileAttributeKey: Any]
        let text: String
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: path)
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch { throw .passwordUnusable(path: path, detail: "cannot be read as text") }
        // As libpq does it with ~/.pgpass.
        guard let mode = attributes[.posixPermissions] as? Int, mode & 0o077 == 0 else {
            throw .passwordUnusable(path: path, detail: "others than its owner can read it (chmod 600)")
        }
        let password = text.trimmingCharacters(in: .newlines)
        guard (1...1024).contains(password.utf8.count), !password.contains("\0"), !password.contains("\n")
        else {
            throw .passwordUnusable(path: path, detail: "it holds no single line with a password")
        }
        return password
    }
}
