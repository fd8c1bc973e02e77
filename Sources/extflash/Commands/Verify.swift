// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashProgramming
import Workbench

struct Verify: BenchCommand {
    static let documentName = "verify"
    static let configuration = CommandConfiguration(
        abstract: "Compare the external flash with image files; nothing is written to it.",
        discussion: """
            The target computes digests of what the flash holds; where they differ, the bytes are read. With --verify read \
            every byte of the images is read back. \(LoaderOptions.note)
            """)

    @OptionGroup var images: ImageOptions
    @OptionGroup var loader: LoaderOptions
    @Option(help: "How to compare: best, hash or read (see `extflash help program`).")
    var verify: VerifyMode = .best
    @OptionGroup var bench: BenchOptions

    func validate() throws {
        guard verify != .none else {
            throw ValidationError("--verify none: verifying is all that this command does")
        }
    }

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> VerifyReport {
        try await client.verify(images.request(), method: verify)
    }

    func render(_ report: VerifyReport, on console: Console) {
        console.result(report.timing)
        let proof = report.verification
        console.result("The flash holds the image: \(Format.count(proof.bytes, "byte")) \(proof.deed).")
    }
}
