// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ObjectFiles

extension WorkbenchClient {
    /// Reads a range into a file, which gets its new contents only once everything was read.
    ///
    /// The file is opened, and room for it taken, before the target is touched or read. What an earlier read into the same
    /// file has got and the target confirms is not read again.
    package func read(_ request: ReadRequest) async throws(WorkbenchError) -> ReadReport {
        try await onBench { context throws(WorkbenchError) in
            try context.checkRunsLoader()
            let format = try ImageFormat(writing: request)
            let asked = if let text = request.range { try FlashBench.range(text) } else { AddressRange?.none }
            let output = try OutputFile(
                request.path, isText: format.isText, cancellation: context.cancellation)
            if let reason = output.overwriting {
                context.trace(
                    .warning,
                    "the file cannot be replaced and is written over: if that fails, nothing is left of it",
                    ["file": request.path, "because": reason])
            }
            if let asked { try output.reserve(format.mostBytes(for: asked.count)) }
            return try context.withStack { stack throws(WorkbenchError) in
                let bench = try FlashBench(on: stack)
                let range = asked ?? bench.programmer.geometry.range
                if asked == nil { try output.reserve(format.mostBytes(for: range.count)) }
                let partial = PartialRead(
                    request.path, isBinary: format == .binary, trace: context.trace)
                let contents = try read(range, bench, partial)
                let image = FirmwareImage(sorted: [contents.segment])
                let file = try doing("writing \(request.path)") { () throws(ImageError) in
                    try ImageWriter().encode(image, as: format)
                }
                try output.write(file)
                partial?.forget()
                var crc = CRC32()
                crc.update(contents.segment.bytes)
                return ReadReport(
                    range: RangeReport(range), file: request.path, crc32: crc.value.hex,
                    bytesConfirmed: contents.report.unchangedBytes, timing: stack.timing(contents.report))
            }
        }
    }

    private func read(
        _ range: AddressRange, _ bench: FlashBench, _ partial: PartialRead?
    ) throws(WorkbenchError) -> FlashContents {
        var bytes: [UInt8] = []
        do throws(WorkbenchError) {
            return try doing("reading") { () throws(FlashError) in
                try bench.programmer.read(
                    range, into: &bytes, known: partial?.known(limit: range.count) ?? [],
                    monitor: bench.monitor)
            }
        } catch {
            partial?.keep(bytes, of: range.count)
            throw error
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

    fileprivate var isText: Bool { self == .intelHex || self == .sRecord }

    /// Length of a file with one run of `count` bytes, or a little more.
    fileprivate func mostBytes(for count: Int) -> Int {
        switch self {
        case .binary: count
        case .elf: count + 256
        case .uf2: 2 * (count + 512)
        // 16 bytes in a line of 44 or 47 characters.
        case .intelHex, .sRecord: 3 * count + 1024
        }
    }
}
