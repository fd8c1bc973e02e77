// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
import ObjectFiles
import Testing

@testable import Workbench

@Suite struct `An input file` {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func reason(_ path: String, limit: Int = 100) -> String? {
        guard
            case .fileUnreadable(_, let reason)? = #expect(
                throws: WorkbenchError.self, performing: { try HostFile.read(path, limit: limit) })
        else { return nil }
        return reason
    }

    @Test func `is read whole, up to the limit`() throws {
        let path = try scratch.file("a.bin", [1, 2, 3])
        #expect(try HostFile.read(path, limit: 3) == [1, 2, 3])
        #expect(reason(path, limit: 2) == "it has 3 bytes, more than the 2 that are allowed")
    }

    @Test func `that is huge is refused by its size, before it is read`() throws {
        let path = try scratch.file("huge.bin", [])
        #expect(truncate(path, 1 << 40) == 0)
        #expect(reason(path) == "it has 1099511627776 bytes, more than the 100 that are allowed")
        let error = #expect(throws: WorkbenchError.self) {
            try ImageInput.source(of: ImageRequest(path: path), nil)
        }
        #expect(error?.failureClass == .imageBeyondFlash)
        #expect(error?.summary.contains("raw binary") == true)
    }

    @Test func `that cannot be read is told in plain words`() throws {
        #expect(reason(scratch.path("none")) == "there is no such file or directory")
        #expect(reason(scratch.path) == "it is a directory")
        #expect(symlink("loop", scratch.path("loop")) == 0)
        #expect(reason(scratch.path("loop")) == "too many symbolic links, or a loop of them")
        #expect(reason("/proc/self/mem") == "input/output error")
    }

    @Test func `without an end is read up to the limit only`() {
        #expect(reason("/dev/zero") == "it has more than 100 bytes")
    }

    @Test func `may be a pipe, whose format its contents tell`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let text = Array(":0400000001020304F2\n:00000001FF\n".utf8)
        #expect(write(ends[1], text, text.count) == text.count)
        close(ends[1])
        let source = try ImageInput.source(of: ImageRequest(path: "/dev/fd/\(ends[0])"), nil)
        #expect(source.format == .intelHex)
        #expect(source.bytes == text)
    }

    @Test func `that stays silent ends with the job`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = #expect(throws: WorkbenchError.self) {
            try InputFile("/dev/fd/\(ends[0])", cancellation: cancellation).read(limit: 10)
        }
        #expect(error?.failureClass == .cancelled)
    }
}
