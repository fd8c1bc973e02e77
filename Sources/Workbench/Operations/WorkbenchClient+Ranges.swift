// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

extension WorkbenchClient {
    /// Erases ranges or everything, and proves that it is blank.
    package func erase(_ request: EraseRequest) async throws(WorkbenchError) -> EraseReport {
        try await onBench { context throws(WorkbenchError) in
            try context.checkRunsLoader()
            let (extent, options) = try Self.eraseJob(request)
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let report = try doing("erasing") { () throws(FlashError) in
                    try bench.programmer.erase(extent, options, monitor: bench.monitor)
                }
                return EraseReport(
                    ranges: report.verified.report, bytesErased: UInt64(report.erasedBytes),
                    verification: Verification(report), timing: stack.timing(report),
                    warnings: report.warnings.map(\.description))
            }
        }
    }

    private static func eraseJob(_ request: EraseRequest) throws(WorkbenchError) -> (
        FlashExtent, EraseOptions
    ) {
        var options = EraseOptions()
        guard case .ranges(let texts, let widen) = request else { return (.all, options) }
        options.widen = widen
        var ranges: [AddressRange] = []
        for text in texts { ranges.append(try FlashBench.range(text)) }
        return (.ranges(ranges), options)
    }

    /// Looks for cells that are not erased; one that is found is an error.
    package func blankCheck(_ range: String?) async throws(WorkbenchError) -> BlankCheckReport {
        try await onRange(range) { bench, extent throws(WorkbenchError) in
            let report = try doing("checking") { () throws(FlashError) in
                try bench.programmer.blankCheck(extent, monitor: bench.monitor)
            }
            return BlankCheckReport(
                ranges: report.verified.report, timing: bench.stack.timing(report))
        }
    }

    /// CRC-32, SHA-256 and byte sum of what the flash holds.
    package func checksum(_ range: String?) async throws(WorkbenchError) -> ChecksumReport {
        try await onRange(range) { bench, extent throws(WorkbenchError) in
            let found = try doing("reading") { () throws(FlashError) in
                try bench.programmer.checksum(of: extent, monitor: bench.monitor)
            }
            return ChecksumReport(
                ranges: found.ranges.report, bytes: UInt64(found.ranges.count), crc32: found.crc32.hex,
                sha256: found.sha256.description, byteSum: found.byteSum.hex,
                timing: bench.stack.timing(found.report))
        }
    }

    private func onRange<Report: Sendable>(
        _ range: String?,
        _ work: @Sendable @escaping (FlashBench, FlashExtent) throws(WorkbenchError) -> Report
    ) async throws(WorkbenchError) -> Report {
        try await onBench { context throws(WorkbenchError) in
            try context.checkRunsLoader()
            if let range { _ = try FlashBench.range(range) }
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                return try work(bench, bench.extent(range))
            }
        }
    }
}
