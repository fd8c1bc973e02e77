// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
package import NIOSSL
package import ProductionJobs

/// The certificate by which a station proves on a network who it is, with its key.
package struct StationCertificate: Sendable {
    package let context: NIOSSLContext
    /// Seconds since 1970.
    package let expires: Int64

    /// Reads both files and looks whether they are of use at `now`, in seconds since 1970.
    package init(_ files: StationDefinition.TLS, now: Int64) throws(StationTLSError) {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(files.certificate) } catch {
            throw .certificateUnusable(path: files.certificate, detail: Self.reason(files.certificate, error))
        }
        guard let leaf = chain.first else {
            throw .certificateUnusable(path: files.certificate, detail: "it holds no certificate")
        }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: files.key, format: .pem) } catch {
            throw .keyUnusable(path: files.key, detail: Self.reason(files.key, error))
        }
        expires = Int64(leaf.notValidAfter)
        guard expires > now else { throw .expired(path: files.certificate, on: Self.date(expires)) }
        guard Int64(leaf.notValidBefore) <= now else {
            throw .notYetValid(path: files.certificate, from: Self.date(Int64(leaf.notValidBefore)))
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw .keyDiffers(certificate: files.certificate, key: files.key)
        }
    }

    /// Nil while there is time enough.
    package func warning(now: Int64) -> String? {
        let days = (expires - now) / 86_400
        guard days < 30 else { return nil }
        return
            "the station's certificate expires on \(Self.date(expires)), in \(days) \(days == 1 ? "day" : "days")"
    }

    package var expiryDate: String { Self.date(expires) }

    private static func date(_ seconds: Int64) -> String {
        String(Timestamp(milliseconds: seconds * 1000).description.prefix(10))
    }

    /// What is wrong with the file, where the library only says that it does not take it.
    private static func reason(_ path: String, _ error: any Error) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        close(file)
        return "it is no PEM file of this kind"
    }
}
