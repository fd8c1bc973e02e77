// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a station's answer did not arrive, or is a refusal.
package enum StationClientError: Error, Sendable {
    case addressInvalid(String)
    case tokenUnusable(path: String, detail: String)
    /// Nobody answers there.
    case unreachable(String, detail: String)
    /// The connection broke before the answer was whole.
    case broken(String, detail: String)
    /// What answers there is no station, or one of another version.
    case notUnderstood(String, detail: String)
    /// The station's own error.
    case refused(RemoteError)
    case fileUnreadable(path: String, detail: String)
    case fileUnwritable(path: String, detail: String)
    case noSlotFree([(name: String, activity: String)])
    /// `slots` with where their probes are.
    case noSlotWithProbe(String, slots: [String])
    case ambiguous(String, matches: [String])
    case noMatch(String)
    /// What the station did was not good, for its own reason.
    case unitNotGood(String, slot: String, verdict: String, RemoteError?)
    /// A station file with a mistake, which the cause tells.
    case fileInvalid(any Diagnosable)
    /// The certificate that it names.
    case certificate(any Diagnosable)
    /// Who answers there cannot prove to be the station.
    case untrusted(String, detail: String)
    /// A request that cannot be written as JSON.
    case unsendable(String)
}
