// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HardwareDescription

/// The database that stations share, and what this one has to do with it: `central` of the station file.
package struct CentralDefinition: Hashable, Sendable {
    package var database: Database
    /// Holds the password; nil: `~/.pgpass`, or none is needed.
    package var passwordFile: String?
    /// Serial numbers that are leased from the database, by pool.
    package var pools: [String] = []
    /// Of one exchange with the database.
    package var timeout = Duration.seconds(10)

    package init(database: Database) { self.database = database }

    /// How it is reached.
    package enum Database: Hashable, Sendable, CustomStringConvertible {
        /// `postgresql://user@host:port/name?sslmode=verify-full`, never with a password.
        case uri(String)
        /// A section of `pg_service.conf`.
        case service(String)

        /// For messages; there is nothing secret in it.
        package var description: String {
            switch self {
            case .uri(let text): text.split(separator: "?", maxSplits: 1).first.map(String.init) ?? text
            case .service(let name): "service \(name)"
            }
        }
    }
}

extension CentralDefinition {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(
            [], optional: ["database", "service", "password-file", "pools", "timeout"])
        switch (entry.optional("database"), entry.optional("service")) {
        case (let node?, nil):
            let text = try node.text
            do throws(CentralAddressProblem) { self.init(database: try Database(uri: text)) } catch {
                throw node.failure(.conflict(error.text))
            }
        case (nil, let node?): self.init(database: .service(try node.identifier()))
        default: throw node.failure(.conflict("`central` has either `database` or `service`"))
        }
        passwordFile = try entry.optional("password-file")?.absolutePath()
        for node in try entry.optional("pools")?.list() ?? [] {
            let name = try node.identifier()
            guard !pools.contains(name) else { throw node.failure(.duplicate("pool `\(name)`")) }
            pools.append(name)
        }
        timeout = try entry.optional("timeout")?.time(in: .seconds(1)...(.seconds(60))) ?? timeout
    }
}

/// Why a connection string is not taken.
package enum CentralAddressProblem: Error, Hashable, Sendable {
    case notURI
    case passwordInside
    /// The mode that was given, or nil, and the host that is not on this machine.
    case inTheClear(mode: String?, host: String)

    package var text: String {
        switch self {
        case .notURI:
            "expected a connection such as postgresql://station@db.example/extflash?sslmode=verify-full"
        case .passwordInside:
            "a password does not belong in here: put it into a file that `password-file` names, or into ~/.pgpass"
        case .inTheClear(let mode, let host):
            "\(mode.map { "`sslmode=\($0)`" } ?? "a connection without `sslmode`") lets records and password cross the"
                + " network to \(host) in the clear: say `sslmode=verify-full` (or `verify-ca`, `require`)"
        }
    }
}

extension CentralDefinition.Database {
    /// Modes that never fall back to a connection in the clear (libpq, "SSL Support", protection in different modes).
    private static let encrypted: Set = ["require", "verify-ca", "verify-full"]

    /// Takes a URI of libpq as far as a station may use it: without a password, and encrypted to other machines.
    package init(uri text: String) throws(CentralAddressProblem) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix)
        else { throw .notURI }
        let parts = text.dropFirst(scheme.count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var parameters: [Substring: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, let value = String(words[1]).removingPercentEncoding else {
                throw .notURI
            }
            parameters[words[0]] = value
        }
        let authority = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let user = authority.split(separator: "@", omittingEmptySubsequences: false)
        guard user.count <= 2 else { throw .notURI }
        guard parameters["password"] == nil, user.count == 1 || !user[0].contains(":") else {
            throw .passwordInside
        }
        let hosts =
            parameters["host"].map { [$0] } ?? user[user.count - 1].split(separator: ",").map(Self.host)
        let mode = parameters["sslmode"]
        if let host = hosts.first(where: { !Self.isHere($0) }), !Self.encrypted.contains(mode ?? "prefer") {
            throw .inTheClear(mode: mode, host: host)
        }
        self = .uri(text)
    }

    /// Without port and brackets.
    private static func host(_ text: Substring) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let name = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return String(name).removingPercentEncoding ?? String(name)
    }

    /// A socket file, or the loopback interface.
    private static func isHere(_ host: String) -> Bool {
        host.isEmpty || host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host)
    }
}
