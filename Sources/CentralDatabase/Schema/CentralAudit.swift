// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ProductionJobs

/// Looks whether what the central database holds is whole: every chain, every signature, every serial number.
package struct CentralAudit {
    private let central: PostgresCentral
    /// Whether a signature was made for an entry of a chain with the key whose public half is given.
    private let isSigned:
        (_ signature: String, _ sequence: Int64, _ hash: ContentHash, _ publicKey: String) -> Bool

    package init(
        _ central: PostgresCentral,
        isSigned:
            @escaping (
                _ signature: String, _ sequence: Int64, _ hash: ContentHash, _ publicKey: String
            ) -> Bool
    ) {
        (self.central, self.isSigned) = (central, isSigned)
    }

    package struct Station: Hashable, Sendable {
        package let name: String
        package let publicKey: String
        package let sequence: Int64
        package let hash: ContentHash
        package let lastSeen: String
    }

    package func stations() throws(CentralError) -> [Station] {
        let rows = try central.ask(
            """
            SELECT name, public_key, sequence, encode(hash, 'hex'), to_char(last_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
            FROM extflash.station ORDER BY name
            """)
        var stations: [Station] = []
        for row in 0..<rows.count {
            guard let name = rows.text(row, 0), let key = rows.text(row, 1),
                let sequence = rows.number(row, 2),
                let hash = rows.text(row, 3).flatMap({ ContentHash($0) })
            else { throw .badAnswer("stations") }
            stations.append(
                Station(
                    name: name, publicKey: key, sequence: sequence, hash: hash,
                    lastSeen: rows.text(row, 4) ?? ""))
        }
        return stations
    }

    /// What is wrong with a station's records; empty when they are as the station wrote them.
    package func findings(of station: Station, limit: Int = 20) throws(CentralError) -> [String] {
        var check = ChainCheck(station: station, isSigned: isSigned)
        var after: Int64 = 0
        while check.findings.count < limit {
            let rows = try central.ask(
                """
                SELECT r.sequence, r.kind, r.unit, r.body, encode(r.hash, 'hex'), s.signature
                FROM extflash.record AS r LEFT JOIN extflash.signed_head AS s USING (station, sequence)
                WHERE station = $1 AND sequence > $2 ORDER BY sequence LIMIT 500
                """, [.text(station.name), .number(after)])
            for row in 0..<rows.count {
                guard let sequence = rows.number(row, 0) else { throw .badAnswer("records") }
                check.add(rows, row, sequence)
                after = sequence
            }
            guard rows.count == 500 else { break }
        }
        check.end()
        return check.findings
    }

    /// Values of central pools that two units got, and leases that overlap.
    package func serialFindings() throws(CentralError) -> [String] {
        let twice = try central.ask(
            """
            SELECT name || ' ' || value || ' was given to units ' || string_agg(unit, ', ' ORDER BY unit)
            FROM extflash.identity WHERE kind = 'pool' AND name IN (SELECT name FROM extflash.pool)
            GROUP BY name, value HAVING count(*) > 1 ORDER BY 1 LIMIT 100
            """)
        let overlaps = try central.ask(
            """
            SELECT 'leases of ' || pool || ' overlap at position ' || position || ', of ' || station || ' and ' || other
            FROM (
                SELECT pool, position, station, lag(station) OVER w AS other,
                    max(position + CASE WHEN returned THEN given ELSE count END) OVER
                        (PARTITION BY pool ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken
                FROM extflash.lease WHERE NOT returned OR given > 0 WINDOW w AS (PARTITION BY pool ORDER BY position)
            ) AS leases WHERE taken > position ORDER BY 1 LIMIT 100
            """)
        return (0..<twice.count).compactMap { twice.text($0, 0) }
            + (0..<overlaps.count).compactMap { overlaps.text($0, 0) }
    }
}

/// One pass over a station's records.
private struct ChainCheck {
    let station: CentralAudit.Station
    let isSigned: (_ signature: String, _ sequence: Int64, _ hash: ContentHash, _ publicKey: String) -> Bool
    var findings: [String] = []
    private var last: (sequence: Int64, hash: ContentHash) = (0, RecordEntry.origin)
    private var lastSigned: Int64 = 0

    init(
        station: CentralAudit.Station,
        isSigned:
            @escaping (
                _ signature: String, _ sequence: Int64, _ hash: ContentHash, _ publicKey: String
            ) -> Bool
    ) {
        (self.station, self.isSigned) = (station, isSigned)
    }

    mutating func add(_ rows: PostgresRows, _ row: Int, _ sequence: Int64) {
        if sequence != last.sequence + 1 { findings.append("record \(last.sequence + 1) is missing") }
        guard let kind = rows.text(row, 1).flatMap(RecordEntry.Kind.init(rawValue:)),
            let unit = rows.text(row, 2), let body = rows.text(row, 3),
            let hash = rows.text(row, 4).flatMap({ ContentHash($0) })
        else { return findings.append("record \(sequence) cannot be read") }
        let entry = RecordEntry(
            sequence: sequence, kind: kind, unit: unit, body: body, previous: last.hash, hash: hash)
        if entry.expectedHash != hash {
            findings.append("record \(sequence) was changed, or does not follow the one before it")
        }
        if let signature = rows.text(row, 5) {
            if !isSigned(signature, sequence, hash, station.publicKey) {
                findings.append("record \(sequence) is not signed by the station")
            }
            lastSigned = sequence
        }
        last = (sequence, hash)
    }

    mutating func end() {
        if last.sequence != station.sequence || last.hash != station.hash {
            findings.append(
                "the end is record \(station.sequence), the last one that is there is \(last.sequence)")
        }
        if lastSigned != last.sequence { findings.append("the last record is not signed") }
    }
}
