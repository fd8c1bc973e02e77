// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import StationTLS
import StationTestKit
import Testing

@Suite struct `A certificate` {
    private static let now: Int64 = 1_767_225_600

    private func load(_ certificate: String, _ key: String, now: Int64 = now) -> Result<
        StationCertificate, StationTLSError
    > {
        Result { () throws(StationTLSError) in
            try StationCertificate(
                StationDefinition.TLS(
                    certificate: TestCertificates.path(certificate), key: TestCertificates.path(key)),
                now: now)
        }
    }

    private func error(_ certificate: String, _ key: String, now: Int64 = now) -> StationTLSError? {
        if case .failure(let error) = load(certificate, key, now: now) { error } else { nil }
    }

    @Test func `with its key is of use until it expires`() throws {
        let certificate = try load("station.pem", "station.key").get()
        #expect(certificate.expiryDate == "2119-01-01")
        #expect(certificate.warning(now: Self.now) == nil)
        let day: Int64 = 86_400
        #expect(certificate.warning(now: certificate.expires - 30 * day) == nil)
        #expect(
            certificate.warning(now: certificate.expires - 10 * day)
                == "the station's certificate expires on 2119-01-01, in 10 days")
        #expect(error("station.pem", "station.key", now: certificate.expires)?.code == "TLS-004")
    }

    @Test func `that cannot be used says why`() throws {
        #expect(error("station.pem", "other.key")?.code == "TLS-003")
        #expect(
            error("expired.pem", "expired.key")?.summary.hasSuffix("expired.pem expired on 2021-01-01")
                == true)
        #expect(error("station.pem", "station.key", now: 0)?.code == "TLS-005")
        #expect(
            error("none.pem", "station.key")?.summary.hasSuffix(
                "none.pem cannot be used: No such file or directory") == true)
        #expect(error("station.pem", "none.key")?.code == "TLS-002")
        // One in the place of the other.
        #expect(error("station.key", "station.key")?.code == "TLS-001")
        #expect(error("station.pem", "station.pem")?.code == "TLS-002")
        #expect(error("station.pem", "station.pem")?.remedies.isEmpty == false)
    }
}
