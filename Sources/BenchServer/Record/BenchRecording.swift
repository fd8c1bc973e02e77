// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench

/// The transcripts of a simulation: one file for each probe, `1-stlink-v3.txt` for the first.
struct BenchRecording {
    private let files: [TranscriptFile]

    /// Begins; makes the directory where there is none.
    ///
    /// Must come before anything happens on the benches, and before the file system is another one. `note` takes the
    /// warning when a file cannot be continued.
    init(
        of benches: [SimulatedBench], selectors: [String], in directory: String,
        note: @escaping (String) -> Void
    ) throws(BenchServerError) {
        guard !directory.isEmpty, SmallFile.makeDirectory(directory) else {
            throw .record(path: directory, detail: BenchServerError.lastDetail)
        }
        var files: [TranscriptFile] = []
        for (index, (bench, selector)) in zip(benches, selectors).enumerated() {
            let name = "\(index + 1)-\(bench.configuration.probe.rawValue).txt"
            let file = try TranscriptFile("\(directory)/\(name)", selector: selector) { error in
                note("\(error.code): \(error.summary)")
            }
            if bench.configuration.stateDirectory != nil {
                file.comment("Began with a flash kept from an earlier run, which is not in here.")
            }
            bench.record(into: file)
            files.append(file)
        }
        self.files = files
    }

    /// Why a transcript is not complete; nil when all are.
    var failure: BenchServerError? { files.compactMap(\.failure).first }
}
