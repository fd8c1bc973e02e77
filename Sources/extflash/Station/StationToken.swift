// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import StationClient
import Workbench

extension StationGroup {
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Make and revoke tokens for those who ask over a network.",
            subcommands: [TokenCreate.self, StationList<TokensReport>.self, TokenRevoke.self])
    }

    struct TokenCreate: StationCommand {
        static let documentName = "station token create"
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a token, and print it this once.")
        @Argument(help: "Its name.") var name: String
        @Option(help: "What it may: operator, engineer or reader.") var role = "operator"
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        private struct Body: Encodable {
            let name: String
            let role: String
        }

        func perform(_ station: StationConnection) async throws(StationClientError) -> TokenReport {
            try await station.ask(
                .init(.post, ["tokens"], body: try StationConnection.json(Body(name: name, role: role))))
        }

        func render(_ report: TokenReport, on console: Console) { console.result(report.token ?? "") }
    }

    struct TokenRevoke: StationCommand {
        static let documentName = "station token revoke"
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Make a token useless.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> TokenReport {
            _ = try await station.bytes(.init(.delete, ["tokens", name]))
            return TokenReport(name: name, role: nil, token: nil)
        }

        func render(_ report: TokenReport, on console: Console) { console.result("\(name) is revoked") }
    }
}

struct TokensReport: StationListing {
    struct Token: Codable, Sendable {
        let name: String
        let role: String
        let created: String
        let revoked: String?
    }
    let tokens: [Token]

    static let group = "station token"
    static let abstract = "List the tokens, without their secrets."
    static let path = "tokens"
    static let schema = Schema.object([
        .key(
            "tokens",
            .list(
                of: .object([
                    .key("name", .text(), "Its name."), .key("role", .text(), "What it may."),
                    .key("created", .text(), "When it was made (ISO 8601, UTC)."),
                    .optional("revoked", .text(), "When it became useless."),
                ])), "The tokens, by name.")
    ])

    init(_ tokens: [Token]) { self.tokens = tokens }

    var columns: Columns {
        var columns = Columns("TOKEN", "ROLE", "CREATED", "REVOKED")
        for token in tokens { columns.add(token.name, token.role, token.created, token.revoked) }
        return columns
    }
}

struct TokenReport: JobReport, Decodable {
    let name: String
    let role: String?
    let token: String?
    static let schema = Schema.object([
        .key("name", .text(), "Its name."), .optional("role", .text(), "What it may."),
        .optional("token", .text(), "The token itself, told this once."),
    ])
}
