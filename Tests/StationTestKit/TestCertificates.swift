// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Certificates for tests, with their keys; they prove nothing.
///
/// `station` and `other` are for `localhost` and 127.0.0.1 and valid to 2119 and 2118, `expired` is not valid any more;
/// `authority` has signed them all.
package enum TestCertificates {
    /// `station.pem`, `station.key`.
    package static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Certificates/\(name)").path
    }
}
