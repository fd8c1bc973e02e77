// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
package import FlashProgramming
import HardwareDescription
import TargetControl

extension WorkbenchClient {
    /// Erases what is needed, programs, and proves the result.
    ///
    /// All files are read, and checked against each other, before the probe is opened.
    package func program(_ request: ProgramRequest) async throws(WorkbenchError) -> ProgramReport {
        try await onBench { context throws(WorkbenchError) in
            let files = try ImageFiles(
                request.images, skipsOutside: request.skipsOutside, for: context.request)
            return try context.withStack(leaving: request.runsAfterwards ? .resetAndRun : .asFound) {
                stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let image = try files.image(flash: bench.programmer.geometry.range)
                var options = ProgramOptions()
                options.erase = request.erase
                options.full = request.isFull
                options.keepSharedSectors = request.keepsShared
                options.verify = request.verify
                let report = try doing("programming") { () throws(FlashError) in
                    try bench.programmer.program(image, options, monitor: bench.monitor)
                }
                return ProgramReport(
                    files: files, report: report, loader: bench.loader.image.fileName,
                    timing: stack.timing(report))
            }
        }
    }

    /// Compares and writes nothing.
    package func verify(
        _ images: [ImageRequest], skipsOutside: Bool = false, method: VerifyMode
    ) async throws(WorkbenchError) -> VerifyReport {
        try await onBench { context throws(WorkbenchError) in
            let files = try ImageFiles(images, skipsOutside: skipsOutside, for: context.request)
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let image = try files.image(flash: bench.programmer.geometry.range)
                let report = try doing("verifying") { () throws(FlashError) in
                    try bench.programmer.verify(image, method, monitor: bench.monitor)
                }
                return VerifyReport(
                    images: files.summaries, verification: Verification(report),
                    timing: stack.timing(report))
            }
        }
    }
}

extension ProgramReport {
    init(files: ImageFiles, report: FlashReport, loader: String, timing: Timing) {
        self.init(
            images: files.summaries, bytesErased: UInt64(report.erasedBytes),
            bytesProgrammed: UInt64(report.programmedBytes), bytesSkipped: UInt64(report.unchangedBytes),
            bytesKept: UInt64(report.restoredBytes), verification: Verification(report), loader: loader,
            timing: timing, warnings: report.warnings.map(\.description))
    }
}
