// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The version of program and station, kept in one place.
package enum Version {
    package static let text = "0.1.0"
}
