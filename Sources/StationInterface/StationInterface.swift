// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The station's interface over HTTP as it is described to others: `Documentation/openapi.yaml`.
package enum StationInterface {
    /// OpenAPI 3.1, as YAML.
    package static let description: [UInt8] = EmbeddedFiles.bytes(of: "openapi.yaml") ?? []
}
