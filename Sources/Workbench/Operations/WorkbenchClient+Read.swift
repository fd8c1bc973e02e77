// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ObjectFiles

extension WorkbenchClient {
    /// Reads a range into a file, which is replaced only once everything was read.
    package func read(_ request: ReadRequest) async throws(WorkbenchError) -> ReadReport {
        try await onBench { context throws(WorkbenchError) in
            let format = try ImageFormat(writing: request)
            if let range = request.range { _ = try FlashBench.range(range) }
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let range =
                    if let text = request.range { try FlashBench.range(text) } else {
                        bench.programmer.geometry.range
                    }
                let contents = try doing("reading") { () throws(FlashError) in
                    try bench.programmer.read(range, monitor: bench.monitor)
                }
                let image = FirmwareImage(sorted: [contents.segment])
                let file = try doing("writing \(request.path)") { () throws(ImageError) in
                    try ImageWriter().encode(image, as: format)
                }
                try HostFile.write(file, to: request.path)
                var crc = CRC32()
                crc.update(contents.segment.bytes)
                return ReadReport(
                    range: RangeReport(range), file: request.path, crc32: crc.value.hex,
                    timing: stack.timing(contents.report))
            }
        }
    }
}

extension ImageFormat {
    fileprivate init(writing request: ReadRequest) throws(WorkbenchError) {
        let format = request.format ?? ImageFormat(fileName: request.path)
        guard let format else {
            throw .formatUnknown(path: request.path, known: ImageFormat.allCases.map(\.rawValue))
        }
        self = format
    }
}
