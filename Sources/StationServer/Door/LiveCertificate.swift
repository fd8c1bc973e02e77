// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Logging
import NIOSSL
import ProductionJobs
import StationTLS
import Synchronization

/// The station's certificate as it is in force: a new one is taken without closing a connection.
package final class LiveCertificate: Sendable {
    private let current = Mutex<NIOSSLContext?>(nil)

    /// Nil where connections are not encrypted: on loopback.
    var context: NIOSSLContext? { current.withLock { $0 } }

    /// Takes what the files hold now; what was in force before stays where they cannot be used.
    func load(_ files: StationDefinition.TLS, now: Int64, log: Logger) throws(StationError) {
        let certificate: StationCertificate
        do { certificate = try StationCertificate(files, now: now) } catch { throw .certificate(error) }
        if let warning = certificate.warning(now: now) { log.warning("\(warning)") }
        current.withLock { $0 = certificate.context }
    }
}
