// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import Workbench

@Suite struct `FILE@ADDRESS` {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.file("a.bin")
    }

    private func parsed(_ name: String) throws -> ImageRequest { try .parsing(scratch.path(name)) }

    @Test(
        arguments: [
            ("0x90000000", 0x9000_0000), ("0x9000_0000", 0x9000_0000), ("2304M", 0x9000_0000),
            ("64K", 0x1_0000),
            ("16", 16),
        ] as [(String, UInt32)])
    func `places the file`(text: String, address: UInt32) throws {
        let request = try parsed("a.bin@\(text)")
        #expect(request.path == scratch.path("a.bin"))
        #expect(request.address == address)
    }

    @Test(arguments: [
        ("0x1ffffffff", "it leaves the 32-bit address space"), ("64Q", "the unit \"Q\""), ("", "is missing"),
        ("nonsense", "is not a number"),
    ])
    func `with a wrong address says what is wrong with it`(text: String, problem: String) throws {
        let error = #expect(throws: WorkbenchError.self) { try parsed("a.bin@\(text)") }
        #expect(error?.failureClass == .usage)
        #expect(error?.summary.contains(problem) == true, "\(error?.summary ?? "")")
    }

    @Test func `is a name where only a file of that name is there`() throws {
        try scratch.file("b@1", [1])
        let request = try parsed("b@1")
        #expect(request == ImageRequest(path: scratch.path("b@1")))
        #expect(try parsed("b@1@64K").path == scratch.path("b@1"))
        try scratch.file("b", [1])
        #expect(try parsed("b@1").address == 1)
    }

    @Test func `that cannot be an address belongs to the name of a file`() throws {
        #expect(try parsed("icons@2x.bin") == ImageRequest(path: scratch.path("icons@2x.bin")))
    }
}
