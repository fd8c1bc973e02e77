// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct Verify: BenchCommand {
    static let documentName = "verify"
    static let configuration = CommandConfiguration(
        abstract: "Compare the external flash with image files; nothing is written to it.",
        discussion: "Every byte of the images is read back. \(LoaderOptions.note)")

    @OptionGroup var images: ImageOptions
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> VerifyReport {
        try await client.verify(images.request())
    }

    func render(_ report: VerifyReport, on console: Console) {
        console.result(report.timing)
        let proof = report.verification
        console.result("The flash holds the image: \(Format.count(proof.bytes, "byte")) \(proof.deed).")
    }
}
