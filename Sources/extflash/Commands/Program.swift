// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashProgramming
import Workbench

struct Program: BenchCommand {
    static let documentName = "program"
    static let configuration = CommandConfiguration(
        abstract: "Program image files into the external flash and verify them.",
        discussion: """
            Erases what must be erased, keeps what shares a sector with the images, skips what is already there, \
            and reads everything back. Nothing is written before all files were read and fit the flash.

            \(LoaderOptions.note)

            With --station the same is done by a running station (extflashd) in one of its slots: the images go there, \
            and the job is recorded as an engineer's own. Not with --full, --discard-shared, --skip-outside, --format, \
            --uf2-family, --layout, --target, --verify none or --connect hot.
            """)

    @OptionGroup var images: ImageOptions
    @OptionGroup var loader: LoaderOptions

    @Option(help: "What to erase: needed (only sectors that must be), chip (everything) or none.")
    var erase: EraseMode = .needed
    @Flag(help: "Program every byte, even where the flash already holds it.")
    var full = false
    @Flag(help: "Do not keep what shares a sector with the images.")
    var discardShared = false
    @Option(
        help: ArgumentHelp(
            "How to prove the result: best, hash, read or none.",
            discussion: """
                hash compares digests that the target computes from what the flash holds; read reads every byte back; best \
                is hash where something on the target can compute it, else read.
                """))
    var verify: VerifyMode = .best
    @Flag(help: "Look at the flash and tell what would be done and how long it would take; change nothing.")
    var dryRun = false
    @Flag(help: "Reset the target and let it run afterwards.")
    var run = false
    @OptionGroup var place: StationProgramOptions
    @OptionGroup var bench: BenchOptions

    func validate() throws { try place.validate(self) }

    mutating func run() async throws {
        if place.station == nil { try await runOnBench() } else { try await runOnStation() }
    }

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ProgramReport {
        var request = ProgramRequest(
            images: try images.request(), erase: erase, isFull: full, keepsShared: !discardShared,
            verify: verify, runsAfterwards: run)
        request.isDryRun = dryRun
        return try await client.program(request)
    }

    func render(_ report: ProgramReport, on console: Console) {
        for image in report.images { console.result(image.text) }
        console.result(report.timing)
        console.result(warnings: report.warnings)
        if let text = report.stationText { console.result(text) }
        if let plan = report.plan { return console.result(plan.text) }
        console.result(report.verdict)
    }
}

extension ProgramReport {
    /// The last line a person reads.
    fileprivate var verdict: String {
        let done =
            bytesProgrammed == 0 && bytesErased == 0
            ? "The flash already held the image"
            : "Programmed \(Format.count(bytesProgrammed, "byte"))"
                + (bytesKept > 0 ? ", \(bytesKept) of them put back beside the image" : "")
        guard verification.method != "none" else { return done + "; NOT verified, as asked." }
        return done + "; \(Format.count(verification.bytes, "byte")) \(verification.deed) and right."
    }
}

extension VerifyMode: ExpressibleByArgument {}
extension EraseMode: ExpressibleByArgument {}
