// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import FlashController
import FlashLoader
import TestLoaders
import Testing

@testable import SimulatedBench

/// What a person reads when a loader does not do its work.
@Suite struct `Loaders that fail` {
    private let start = LoaderBench.flashStart

    private func failure(
        of which: TestLoader, layout: LoaderLayout.Style = .spacious, on bench: LoaderBench? = nil,
        _ body: (LoadedLoader) throws(LoaderError) -> Void = { loader throws(LoaderError) in
            try loader.initialize()
        }
    ) throws -> LoaderError {
        let loader = try (bench ?? LoaderBench()).load(which, layout: layout)
        return try #require(throws: LoaderError.self) { try body(loader) }
    }

    @Test func `a hanging Init is named by function and line`() throws {
        let error = try failure(of: .hangingInit)
        #expect(error.code == "LDR-031")
        #expect(error.summary.hasPrefix("Init of hanging-init.stldr did not come back within 10.5 s: "))
        let places = error.findings.compactMap { finding -> String? in
            if case .place(let place, _, of: 8) = finding { place } else { nil }
        }
        // get_tick and its caller, at the lines of the source.
        #expect(!places.isEmpty)
        #expect(
            places.allSatisfy {
                $0.hasPrefix("get_tick") && $0.hasSuffix("(loader.c:11)")
                    || $0.hasPrefix("delay") && $0.hasSuffix("(loader.c:14)")
            })
        #expect(places.allSatisfy { error.summary.contains($0) })
        #expect(error.cause?.code == "COR-012")
        // The board is set up and the flash answers: not their fault.
        #expect(
            error.findings.contains(
                .flash(
                    .identified(bank: 2, id: [0xEF, 0x40, 0x18], chips: ["Winbond W25Q128JV (16 MiB, 3 V)"])))
        )
    }

    @Test func `a time-out whose clock stands still is a hang, named by the wait and what it waits for`()
        throws
    {
        let bench = try LoaderBench { $0.flashFault = .absent }
        let error = try failure(of: .halStyle, on: bench)
        #expect(error.code == "LDR-031")
        #expect(error.summary.contains("it was in qspi_wait_flag (hal.h:"))
        #expect(error.findings.contains { if case .flash = $0 { true } else { false } })
        #expect(error.failureClass == .flashSilent)
    }

    @Test func `a loader for the other bank is found out, and the board is not blamed`() throws {
        let error = try failure(of: .wrongBank)
        #expect(
            error.summary == """
                Init of wrong-bank.stldr returned 0 (a loader returns 1 for success): the loader selected bank 1, \
                the board's flash is on bank 2; nothing answers on bank 1 (JEDEC id reads ff ff ff); \
                a flash with JEDEC id ef 40 18 answers on bank 2
                """)
        #expect(
            error.remedies == [
                "the loader was made for another board: use one for this board's pins and bank",
                "check the flash's supply and soldering, and that the loader is made for this board's pins",
                "the board is all right: use a loader made for it",
            ])
    }

    @Test func `without a flash the supply is suspected, not the loader`() throws {
        let bench = try LoaderBench { $0.flashFault = .absent }
        let loader = try bench.loadReference()
        let error = try #require(throws: LoaderError.self) { try loader.initialize() }
        #expect(error.code == "LDR-028")
        #expect(
            error.findings.contains { $0 == .flash(.silent(bank: 2, id: [0xFF, 0xFF, 0xFF])) })
        #expect(error.summary.contains("nothing answers on bank 2 (JEDEC id reads ff ff ff)"))
        #expect(error.remedies.first?.hasPrefix("check the flash's supply and soldering") == true)
    }

    @Test func `the flash's protection is named where a loader says no`() throws {
        let bench = try LoaderBench {
            $0.flashFault = .blockProtected
            $0.flashContents = [UInt8](repeating: 0, count: 16 << 20)
        }
        // Looks at what its erase has done.
        let loader = try bench.loadReference()
        try loader.initialize()
        let error = try #require(throws: LoaderError.self) { try loader.erase(0x1_0000, at: start) }
        #expect(error.code == "LDR-029")
        #expect(error.summary.contains("the flash on bank 2 is write-protected: SR1 0x1c"))
    }

    @Test func `a loader that does not notice the protection is caught by reading`() throws {
        let bench = try LoaderBench {
            $0.flashFault = .blockProtected
            $0.flashContents = [UInt8](repeating: 0, count: 16 << 20)
        }
        let loader = try bench.load(.cycleCounter)
        try loader.erase(0x1_0000, at: start)
        #expect(try loader.read(4, at: start) == [0, 0, 0, 0])
    }

    @Test func `an error code is shown`() throws {
        let error = try failure(of: .errorCode)
        #expect(error.code == "LDR-030")
        #expect(
            error.summary == """
                Init of error-code.stldr returned 5 (a loader returns 1 for success): \
                the flash on bank 2 answers with JEDEC id ef 40 18 (Winbond W25Q128JV (16 MiB, 3 V)); \
                the flash on bank 2 has SR1 0x00, SR2 0x02, SR3 0x60 (quad enabled); \
                the QUADSPI is set to bank 2, its kernel clock divided by 2
                """)
    }

    @Test func `semihosting is explained`() throws {
        let error = try failure(of: .semihosting)
        #expect(error.code == "LDR-031")
        #expect(
            error.summary == """
                Init of semihosting.stldr stopped at a breakpoint: it stopped at BKPT 0xab, semihosting operation \
                0x00000001; it stands in Init+0x2 (loader.c:10); it stopped before it enabled the QUADSPI
                """)
        #expect(error.description.contains("the loader uses semihosting (printf or exit): build it without"))
    }

    @Test func `a fault is told in words, with address and line`() throws {
        let error = try failure(of: .busFault) { loader throws(LoaderError) in
            try loader.write([1, 2, 3], at: 0x9000_0000)
        }
        #expect(error.code == "LDR-031")
        let pc = error.summary.split(separator: "pc ", maxSplits: 1).last ?? ""
        #expect(pc.hasPrefix("0x24") && pc.contains(" r12 0x") && pc.contains(" CFSR 0x00008200"))
        #expect(
            error.summary == """
                Write of bus-fault.stldr ended in a fault: bus error of a data access at 0x64000000: memory of the \
                FMC, which is not set up; it came from Write+0x6 (loader.c:16); pc \(pc)
                """)
    }

    @Test func `3 KiB of stack work here and fail in the vendor's layout`() throws {
        let bench = try LoaderBench()
        let data = randomBytes(300, seed: 5)
        let loader = try bench.load(.deepStack)
        try loader.write(data, at: start)
        #expect(bench.cells(300, at: start) == data)

        let error = try failure(of: .deepStack, layout: .vendor) { loader throws(LoaderError) in
            try loader.write(data, at: 0x9000_0000)
        }
        #expect(
            error.findings.contains { if case .stackPointerOutside = $0 { true } else { false } })
        #expect(error.summary.contains("its stack pointer is 0x"))
        #expect(error.findings.contains { if case .largeFrame("Write", _, _) = $0 { true } else { false } })
        #expect(
            error.remedies == [
                "the loader needs more stack than ST's tool gives it: use the spacious layout",
                "make its large local arrays static, so that they are not on the stack",
            ])
    }

    @Test func `memory that nobody clears matters in the vendor's layout only`() throws {
        let data = randomBytes(100, seed: 6)
        let bench = try LoaderBench()
        let loader = try bench.load(.unclearedMemory)
        try loader.write(data, at: start)
        #expect(try loader.read(100, at: start) == data)

        let error = try failure(of: .unclearedMemory, layout: .vendor)
        #expect(error.code == "LDR-030")
        #expect(
            error.summary.hasPrefix(
                """
                Init of uncleared-memory.stldr returned 0 (a loader returns 1 for success): 92 bytes that it needs zeroed are not: \
                the vendor's layout clears 512 bytes and no more
                """))
        #expect(error.remedies.first == "the loader needs its .bss cleared: use the spacious layout")
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV3, .stlinkV2, .cmsisDAPv1])
    func `a Read that leaves the buffer alone is not believed`(kind: BenchConfiguration.ProbeKind) throws {
        let data = randomBytes(300, seed: 7)
        let error = try failure(of: .lyingRead, on: try LoaderBench(kind)) { loader throws(LoaderError) in
            try loader.write(data, at: 0x9000_0000)
            _ = try loader.read(300, at: 0x9000_0000)
        }
        #expect(error.code == "LDR-033")
        // It gives the first 150 bytes; the first word that is not all there begins at 152.
        #expect(
            error.summary
                == "Read of lying-read.stldr said that it had read, but gave no data for 0x90000098")
    }

    @Test func `a flash that holds the fill pattern is no lie`() throws {
        let pattern: [UInt8] = [0x3C, 0xC3, 0xA5, 0x5A]
        let data = pattern + pattern.map { ~$0 } + pattern + [0x3C, 0xC3]
        let bench = try LoaderBench {
            $0.flashContents = data + [UInt8](repeating: 0xFF, count: (16 << 20) - data.count)
        }
        // Its Read is used, since it leaves no map behind.
        let loader = try bench.load(.cycleCounter)
        #expect(try loader.read(data.count, at: start) == data)
        #expect(try loader.read(7, at: start) == Array(data[..<7]))
    }

    @Test func `a Write that does nothing is found by reading back`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.lyingWrite)
        let data = randomBytes(300, seed: 8)
        try loader.write(data, at: start)
        #expect(bench.cells(300, at: start).allSatisfy { $0 == 0xFF })
        #expect(try loader.read(300, at: start) != data)
    }

    @Test func `addresses outside the flash are refused before anything is called`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.vendorTemplate)
        let error = try #require(throws: LoaderError.self) {
            try loader.write([UInt8](repeating: 0, count: 256), at: 0x90FF_FF80)
        }
        #expect(error.code == "LDR-027")
        #expect(
            error.summary
                == "Write was asked for 0x90ffff80 to 0x9100007f, the flash is 0x90000000 to 0x90ffffff")
        #expect(throws: LoaderError.self) { _ = try loader.read(1, at: 0x8FFF_FFFF) }
        #expect(throws: LoaderError.self) { try loader.erase(1, at: 0x9100_0000) }
        #expect(loader.targetTime == .zero)
    }

    @Test func `after a failure the next call begins with Init`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.busFault)
        #expect(throws: LoaderError.self) { try loader.write([1], at: start) }
        // The controller was used for the diagnosis and the core is in a fault handler.
        #expect(try loader.read(4, at: start) == [0xFF, 0xFF, 0xFF, 0xFF])
        try loader.erase(0x1_0000, at: start)
    }
}
