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
    @Option(help: "How to prove the result: read (every byte is read back) or none.")
    var verify: Proof = .read
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
        try await client.program(
            ProgramRequest(
                images: images.request(), erase: erase, isFull: full, keepsShared: !discardShared,
                verify: verify == .read ? .read : .none, runsAfterwards: run))
    }

    func render(_ report: ProgramReport, on console: Console) {
        for image in report.images { console.result(image.text) }
        console.result(report.timing)
        console.result(warnings: report.warnings)
        if let text = report.stationText { console.result(text) }
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

/// What proves that the flash holds what it should; hashing it on the target needs an agent there.
enum Proof: String, CaseIterable, ExpressibleByArgument { case read, none }

extension EraseMode: ExpressibleByArgument {}
