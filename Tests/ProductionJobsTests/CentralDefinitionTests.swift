// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription
import ProductionJobs
import Testing

@Suite struct `The central database in a station file` {
    private func station(_ central: String) throws -> StationDefinition {
        try StationDefinition(
            yaml: """
                schema: 1
                name: line
                title: A line
                slots:
                  - {name: A1, sim: stlink-v3}
                central:
                \(central)
                """, file: "station.yaml")
    }

    @Test func `is named by a connection or a service`() throws {
        let central = try #require(
            try station(
                """
                  database: postgresql://line@db.example:5433/extflash?sslmode=verify-full
                  password-file: /etc/extflash/central.password
                  pools: [serial, mac]
                  timeout: 5 s
                """
            ).central)
        #expect(central.database.description == "postgresql://line@db.example:5433/extflash")
        #expect(central.passwordFile == "/etc/extflash/central.password")
        #expect(central.pools == ["serial", "mac"] && central.timeout == .seconds(5))
        #expect(try station("  service: factory").central?.database == .service("factory"))
        #expect(
            try StationDefinition(yaml: "schema: 1\nname: l\ntitle: L\nslots: [{name: A, sim: x}]", file: "")
                .central == nil)
    }

    /// Within this machine nobody else listens.
    @Test(arguments: [
        "postgresql:///extflash?host=/run/postgresql", "postgresql://%2Frun%2Fpostgresql/extflash",
        "postgresql://localhost/extflash", "postgres://line@[::1]:5433/extflash",
        "postgresql://127.0.0.1,localhost:5/x",
        "postgresql://db/x?sslmode=require", "postgresql://a,b/x?sslmode=verify-ca",
    ])
    func `may be reached`(uri: String) throws {
        #expect(try station("  database: \(uri)").central?.database == .uri(uri))
    }

    @Test(arguments: [
        ("  database: postgresql://line:secret@localhost/x", "7:13: a password does not belong in here"),
        ("  database: postgresql://localhost/x?password=secret", "a password does not belong in here"),
        (
            "  database: postgresql://db.example/x",
            "7:13: a connection without `sslmode` lets records and password"
        ),
        ("  database: postgresql://db.example/x?sslmode=prefer", "`sslmode=prefer` lets"),
        ("  database: postgresql://localhost,db.example/x", "to db.example in the clear"),
        ("  database: postgresql:///x?host=db.example", "to db.example in the clear"),
        ("  database: host=db.example", "7:13: expected a connection such as postgresql://"),
        ("  database: postgresql://localhost/x\n  service: y", "either `database` or `service`"),
        ("  pools: [a]", "either `database` or `service`"),
        ("  service: f\n  pools: [a, a]", "8:14: pool `a` is given twice"),
        ("  service: f\n  timeout: 5 min", "8:12: 5 min is out of range"),
        ("  service: f\n  password-file: secret", "8:18: expected an absolute path"),
        ("  service: f\n  password: secret", "unknown key `password`"),
    ])
    func `is refused with the place of the mistake`(central: String, message: String) throws {
        let error = try #require(throws: DefinitionError.self) { _ = try station(central) }
        #expect(error.summary.contains(message), "\(error.summary)")
        #expect(!error.summary.contains("secret@"))
    }
}
