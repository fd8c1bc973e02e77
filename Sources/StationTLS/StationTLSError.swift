// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a certificate cannot be used.
package enum StationTLSError: Error, Hashable, Sendable {
    case certificateUnusable(path: String, detail: String)
    case keyUnusable(path: String, detail: String)
    /// The key is not the certificate's.
    case keyDiffers(certificate: String, key: String)
    case expired(path: String, on: String)
    case notYetValid(path: String, from: String)
}

extension StationTLSError: Diagnosable {
    package var code: String {
        switch self {
        case .certificateUnusable: "TLS-001"
        case .keyUnusable: "TLS-002"
        case .keyDiffers: "TLS-003"
        case .expired: "TLS-004"
        case .notYetValid: "TLS-005"
        }
    }

    package var failureClass: FailureClass? { .fileUnusable }

    package var summary: String {
        switch self {
        case .certificateUnusable(let path, let detail): "the certificate \(path) cannot be used: \(detail)"
        case .keyUnusable(let path, let detail): "the key \(path) cannot be used: \(detail)"
        case .keyDiffers(let certificate, let key): "\(key) is not the key of the certificate \(certificate)"
        case .expired(let path, let date): "the certificate \(path) expired on \(date)"
        case .notYetValid(let path, let date): "the certificate \(path) is not valid before \(date)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .certificateUnusable:
            [
                "it is PEM, the station's certificate first and then those up to its authority's; extflashd must read it"
            ]
        case .keyUnusable: ["it is PEM without a passphrase, and its owner is the user of extflashd"]
        case .keyDiffers: ["give `certificate` and `key` of one request to the authority"]
        case .expired: ["have it renewed; SIGHUP, or `extflash station reload`, takes the new one"]
        case .notYetValid: ["look at this machine's clock"]
        }
    }
}
