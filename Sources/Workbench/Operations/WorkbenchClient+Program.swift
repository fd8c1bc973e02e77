// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
package import FlashProgramming
import HardwareDescription
import ObjectFiles
import TargetControl

extension WorkbenchClient {
    /// Erases what is needed, programs, and proves the result.
    ///
    /// All files are read, and checked against each other, before the probe is opened.
    package func program(_ request: ProgramRequest) async throws(WorkbenchError) -> ProgramReport {
        try await onBench { context throws(WorkbenchError) in
            try context.checkRunsLoader()
            let files = try context.read(request.images)
            return try context.withStack(leaving: request.runsAfterwards ? .resetAndRun : .asFound) {
                stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let image = try bench.image(of: files)
                var options = ProgramOptions()
                options.erase = request.erase
                options.full = request.isFull
                options.keepSharedSectors = request.keepsShared
                options.verify = request.verify
                let images = files.summaries(flash: bench.programmer.geometry.readableRange)
                if request.isDryRun {
                    let forecast = try doing("planning") { () throws(FlashError) in
                        try bench.programmer.plan(image, options, monitor: bench.monitor)
                    }
                    return ProgramReport(
                        images: images, forecast: forecast, loader: bench.loader.fileName,
                        timing: stack.timing(forecast.report))
                }
                let report = try doing("programming") { () throws(FlashError) in
                    try bench.programmer.program(image, options, monitor: bench.monitor)
                }
                return ProgramReport(
                    images: images, report: report, loader: bench.loader.fileName,
                    timing: stack.timing(report))
            }
        }
    }

    /// Compares and writes nothing.
    package func verify(
        _ images: ImageSetRequest, method: VerifyMode = .best
    ) async throws(WorkbenchError) -> VerifyReport {
        try await onBench { context throws(WorkbenchError) in
            try context.checkRunsLoader()
            let files = try context.read(images)
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let image = try bench.image(of: files)
                let report = try doing("verifying") { () throws(FlashError) in
                    try bench.programmer.verify(image, method, monitor: bench.monitor)
                }
                return VerifyReport(
                    images: files.summaries(flash: bench.programmer.geometry.readableRange),
                    verification: Verification(report),
                    timing: stack.timing(report))
            }
        }
    }
}

extension JobContext {
    /// Reads the files of a job; UF2 files must be for one of the targets that are possible.
    func read(_ images: ImageSetRequest) throws(WorkbenchError) -> ImageFiles {
        var families: [UInt32] = []
        for target in try TargetCatalog(request).candidates() {
            // One that names no family takes any.
            guard !target.uf2Families.isEmpty else {
                families = []
                break
            }
            families += target.uf2Families.filter { !families.contains($0) }
        }
        return try ImageFiles(images, families: families, cancellation: cancellation)
    }
}

extension FlashBench {
    /// The files' image, once target and flash are known.
    func image(of files: ImageFiles) throws(WorkbenchError) -> FirmwareImage {
        try files.check(isFor: target.definition)
        return try files.image(flash: programmer.geometry.readableRange)
    }
}

extension ProgramReport {
    init(images: [ImageSummary], forecast: FlashForecast, loader: String, timing: Timing) {
        self.init(images: images, report: forecast.report, loader: loader, timing: timing)
        plan = ProgramPlan(forecast)
    }

    init(images: [ImageSummary], report: FlashReport, loader: String, timing: Timing) {
        self.init(
            images: images, bytesErased: UInt64(report.erasedBytes),
            bytesProgrammed: UInt64(report.programmedBytes), bytesSkipped: UInt64(report.unchangedBytes),
            bytesKept: UInt64(report.restoredBytes), verification: Verification(report), loader: loader,
            timing: timing, warnings: report.warnings.map(\.description), station: nil)
    }
}
