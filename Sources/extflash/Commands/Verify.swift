// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashProgramming
import Workbench

struct Verify: BenchCommand {
    static let documentName = "verify"
    static let configuration = CommandConfiguration(
        abstract: "Compare the external flash with image files; nothing is written.")

    @OptionGroup var images: ImageOptions
    @Option(help: "read (every byte is read back) or hash (on the target where the loader can, else read).")
    var method: VerifyMode = .read
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func validate() throws {
        _ = try images.requests()
        if method == .none { throw ValidationError("--method none would compare nothing") }
    }

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> VerifyReport {
        // Checked by `validate`.
        try await client.verify(
            (try? images.requests()) ?? [], skipsOutside: images.skipOutside, method: method)
    }

    func render(_ report: VerifyReport, on console: Console) {
        console.result(report.timing)
        let proof = report.verification
        console.result("The flash holds the image: \(Format.count(proof.bytes, "byte")) \(proof.deed).")
    }
}
