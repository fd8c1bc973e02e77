// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DevicePacks
import Essentials

/// The flash algorithms in a CMSIS pack.
package struct PackReport: JobReport {
    package struct Algorithm: Encodable, Sendable {
        package let path: String
        package let bytes: Int
        /// The memory that it is for; nil where the pack does not say.
        package let memory: RangeReport?
        package let owners: [String]
    }
    package let pack: String
    package let algorithms: [Algorithm]

    package init(of path: String, _ paths: InstallationPaths) throws(WorkbenchError) {
        guard let file = PackFile(path), file.member == nil else { throw .notAPack(path) }
        pack = path
        algorithms = try file.opened(for: BenchRequest(probe: .only, paths: paths)).algorithms.map {
            algorithm in
            Algorithm(
                path: algorithm.path, bytes: algorithm.bytes,
                memory: algorithm.memory.map {
                    RangeReport(start: UInt32(truncatingIfNeeded: $0.lowerBound), bytes: UInt64($0.count))
                }, owners: algorithm.owners)
        }
    }

    package static let schema = Schema.object([
        .key("pack", .text(), "The pack."),
        .key(
            "algorithms",
            .list(
                of: .object([
                    .key("path", .text(), "In the pack; `PACK:PATH` names it."),
                    .key("bytes", .count, "Of the file."),
                    .optional("memory", RangeReport.schema, "The memory that the pack gives it to."),
                    .key(
                        "owners", .list(of: .text()), "The boards, devices and families that it is for."),
                ])), "The flash algorithms, by path."),
    ])
}
