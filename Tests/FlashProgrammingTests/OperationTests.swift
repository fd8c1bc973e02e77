// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import ObjectFiles
import Testing

@Suite struct `Operations` {
    private let device: ModelFlash
    private let programmer: FlashProgrammer
    private let start = Scenario.start

    init() throws {
        device = ModelFlash(try FlashGeometry(Scenario.storage([(8, 0x1000)])))
        device.cells = SeededBytes.make(0x8000)
        programmer = FlashProgrammer(engine: device, timebase: device.time, trace: .silent)
    }

    private func range(_ low: UInt32, _ count: Int) -> AddressRange {
        AddressRange(start: start + low, count: count)
    }
    private func image(_ offset: UInt32, _ bytes: [UInt8]) -> FirmwareImage {
        FirmwareImage(sorted: [ImageSegment(address: start + offset, bytes: bytes, origin: "app.bin")])
    }
    private func error<Result>(_ work: () throws(FlashError) -> Result) -> FlashError? {
        do throws(FlashError) {
            _ = try work()
            return nil
        } catch {
            return error
        }
    }

    @Test func `verify counts all differing bytes and names the first`() throws {
        var wanted = Array(device.cells[0x0ff0..<0x3010])
        wanted[0x10] ^= 0x01
        wanted[0x11] ^= 0x80
        wanted[0x2011] ^= 0xff
        guard
            case .verifyMismatch(let finding, let after)? = error({ () throws(FlashError) in
                try programmer.verify(image(0x0ff0, wanted))
            })
        else {
            Issue.record("no mismatch")
            return
        }
        #expect(finding.first.address == start + 0x1000)
        #expect(finding.first.expected == wanted[0x10] && finding.first.found == device.cells[0x1000])
        #expect(finding.differingBytes == 3 && finding.comparedBytes == wanted.count)
        #expect(finding.sectors == [range(0x1000, 0x1000), range(0x3000, 0x1000)])
        #expect(finding.origin == "app.bin")
        #expect(after.journal.isUntouched)
    }

    @Test(arguments: [VerifyMode.read, .hash, .none])
    func `verify of what is there is good and says how it knows`(mode: VerifyMode) throws {
        device.abilities.hasDigests = true
        let report = try programmer.verify(image(3, Array(device.cells[3..<0x7003])), mode)
        #expect(report.proof == (mode == .hash ? .hash : .readBack))
        #expect(report.verified == AddressRangeSet([range(3, 0x7000)]))
        #expect(device.log.contains { $0.hasPrefix("hash") } == (mode == .hash))
    }

    @Test func `asking for a hash where there is none reads back and says so`() throws {
        let report = try programmer.verify(image(0, Array(device.cells[0..<16])), .hash)
        #expect(report.proof == .readBack && report.warnings.contains(.noHashOnTarget))
    }

    @Test func `a hash that is wrong although the bytes are right is an error of its own`() throws {
        device.abilities.hasDigests = true
        device.fault = (.flipped, 0)
        let error = error { () throws(FlashError) in
            try programmer.verify(image(0, Array(device.cells[0..<16])), .hash)
        }
        guard case .hashDisagrees(range(0, 16), _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `erasing a range erases exactly that range`() throws {
        let before = device.cells
        let report = try programmer.erase(.ranges([range(0x1000, 0x2000), range(0x5000, 0x1000)]))
        #expect(report.erasedBytes == 0x3000 && report.proof == .readBack)
        for index in before.indices {
            let isErased = (0x1000..<0x3000).contains(index) || (0x5000..<0x6000).contains(index)
            #expect(device.cells[index] == (isErased ? 0xff : before[index]))
        }
    }

    @Test func `a range that is not whole sectors is refused with the one that is`() throws {
        let before = device.cells
        let error = error { () throws(FlashError) in try programmer.erase(.ranges([range(0x1800, 0x1000)])) }
        guard case .unaligned(_, let aligned)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(aligned == range(0x1000, 0x2000))
        #expect(error?.summary.contains("0x90001000..0x90003000") == true)
        #expect(error?.remedies.contains { $0.contains("--widen") } == true)
        #expect(device.cells == before && device.operations == 0)
        var options = EraseOptions()
        options.widen = true
        #expect(try programmer.erase(.ranges([range(0x1800, 0x1000)]), options).erasedBytes == 0x2000)
    }

    @Test func `blank sectors are not erased again unless told to`() throws {
        device.cells.replaceSubrange(0x1000..<0x2000, with: repeatElement(0xff, count: 0x1000))
        let report = try programmer.erase(.ranges([range(0, 0x3000)]))
        #expect(report.erasedBytes == 0x2000 && report.unchangedBytes == 0x1000)
        #expect(
            device.log.filter { $0.hasPrefix("erase") } == [
                "erase \(range(0, 0x1000))", "erase \(range(0x2000, 0x1000))",
            ])
        var options = EraseOptions()
        options.full = true
        #expect(try programmer.erase(.ranges([range(0, 0x3000)]), options).erasedBytes == 0x3000)
    }

    @Test(arguments: [true, false]) func `erasing all leaves nothing, by sectors or as a whole`(
        hasMassErase: Bool
    ) throws {
        device.abilities.canEraseChip = hasMassErase
        let report = try programmer.erase(.all)
        #expect(device.cells.allSatisfy { $0 == 0xff })
        #expect(report.erasedBytes == 0x8000)
        #expect(report.verified == AddressRangeSet([device.geometry.range]))
    }

    @Test func `erasing all of a blank flash reads it once and erases nothing`() throws {
        device.cells = [UInt8](repeating: 0xff, count: 0x8000)
        let report = try programmer.erase(.all)
        #expect(report.erasedBytes == 0 && report.unchangedBytes == 0x8000)
        #expect(device.log.allSatisfy { $0.hasPrefix("read") })
        // A page more: the sample that was to show whether a sector is dirty.
        #expect(report.phases.map(\.bytes) == [0x8000 + 0x100])
        #expect(report.verified == AddressRangeSet([device.geometry.range]))
    }

    @Test(arguments: [FlashExtent.all, .ranges([AddressRange(start: Scenario.start, count: 0x1000)])])
    func `an erase without effect is not reported good`(extent: FlashExtent) throws {
        device.habit = .erasesNothing
        guard
            case .eraseHadNoEffect(let finding, let after)? = error({ () throws(FlashError) in
                try programmer.erase(extent)
            })
        else {
            Issue.record("the erase was believed")
            return
        }
        #expect(finding.firstAddress == start && finding.found == device.cells[0])
        #expect(!after.journal.isUntouched)
    }

    @Test func `an erase that goes one sector too far is noticed`() throws {
        device.habit = .erasesOneSectorTooMany
        guard
            case .neighbourDamaged(let finding, _)? = error({ () throws(FlashError) in
                try programmer.erase(.ranges([range(0x1000, 0x1000)]))
            })
        else {
            Issue.record("not noticed")
            return
        }
        #expect(finding.first.address == start + 0x2000 && finding.first.found == 0xff)
        #expect(finding.erased == range(0x1000, 0x1000) && finding.blank == range(0x1000, 0x2000))
    }

    @Test func `an erase that fails once is repeated and the report says so`() throws {
        var options = EraseOptions()
        options.full = true
        options.verify = .none
        // Before the erase only the page behind the range and the first ones of the sectors around are read.
        device.fault = (
            .refusedHalfway, device.eraseOperation { try $0.erase(.ranges([range(0, 0x1000)]), options) }
        )
        let report = try programmer.erase(.ranges([range(0, 0x1000)]), options)
        #expect(report.warnings == [.eraseRepeated(range(0, 0x1000), code: "MDL-001")])
        #expect(report.proof == .none && report.verified.isEmpty)
    }

    @Test func `an erase is not repeated when the way to the flash is gone`() throws {
        var options = EraseOptions()
        options.full = true
        device.fault = (.lost, device.eraseOperation { try $0.erase(.ranges([range(0, 0x1000)]), options) })
        let error = error { () throws(FlashError) in
            try programmer.erase(.ranges([range(0, 0x1000)]), options)
        }
        guard case .device(.erase, _, let cause, let after)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.code == "MDL-002")
        #expect(device.log.filter { $0.hasPrefix("erase") }.count == 1)
        #expect(after.journal.unknown == AddressRangeSet([range(0, 0x1000)]))
    }

    @Test func `blank check finds the first cell and counts them all`() throws {
        device.cells = [UInt8](repeating: 0xff, count: 0x8000)
        #expect(try programmer.blankCheck(.all).proof == .readBack)
        device.cells[0x4321] = 0xfe
        device.cells[0x7fff] = 0
        let error = error { () throws(FlashError) in try programmer.blankCheck(.all) }
        guard case .notBlank(let finding, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(finding.firstAddress == start + 0x4321 && finding.found == 0xfe && finding.nonBlankBytes == 2)
        #expect(finding.checkedBytes == 0x8000)
        #expect(try programmer.blankCheck(.ranges([range(0, 0x4321)])).requestedBytes == 0x4321)
    }

    @Test func `reading gives any range, also the last bytes`() throws {
        for (low, count) in [(0, 1), (0x7fe0, 32), (0x7fff, 1), (13, 0x7001), (0, 0x8000)] {
            let contents = try programmer.read(range(UInt32(low), count))
            #expect(contents.segment.bytes == Array(device.cells[low..<low + count]))
            #expect(contents.segment.address == start + UInt32(low))
        }
    }

    @Test func `a range that leaves the flash is refused with the part that does not`() throws {
        let ranges = FlashExtent.ranges([range(0x7000, 0x2000)])
        let errors = [
            error { () throws(FlashError) in try programmer.read(range(0x7fff, 2)) },
            error { () throws(FlashError) in try programmer.erase(ranges) },
            error { () throws(FlashError) in try programmer.blankCheck(ranges) },
            error { () throws(FlashError) in try programmer.checksum(of: ranges) },
        ]
        for error in errors {
            #expect(error?.code == "FLS-017" && error?.failureClass == .refused)
            // Nothing of linking: a person typed the range.
            #expect(error?.remedies.count == 1)
            #expect(error?.remedies.first?.hasPrefix("the part inside the flash is 0x90007") == true)
        }
        #expect(device.operations == 0)
        let outside = error { () throws(FlashError) in try programmer.read(range(0x8000, 1)) }
        #expect(outside?.remedies == ["give a range inside the flash"])
    }

    @Test func `what the flash protects is refused before anything is changed, the rest is not`() throws {
        device.protection = WriteProtection(
            addresses: 0x9000_4000..<0x9000_8000, bank: 2, status: "SR1 0x04", clearing: "send 06h")
        let before = device.cells
        let errors = [
            error { () throws(FlashError) in try programmer.erase(.all) },
            error { () throws(FlashError) in try programmer.erase(.ranges([range(0x3000, 0x2000)])) },
        ]
        for error in errors {
            #expect(error?.code == "FLS-019" && error?.failureClass == .flashProtected)
            #expect(error?.summary.contains("nothing was changed") == true)
            #expect(error?.remedies.first?.contains("send 06h") == true)
        }
        #expect(device.cells == before && !device.log.contains { $0.hasPrefix("erase") })
        #expect(try programmer.erase(.ranges([range(0x3000, 0x1000)])).erasedBytes == 0x1000)
    }

    @Test func `a short read is an error`() throws {
        device.fault = (.short, 1)
        #expect(error { () throws(FlashError) in try programmer.read(range(0, 0x3000)) }?.code == "FLS-012")
    }

    @Test func `checksums are over all ranges in address order`() throws {
        device.cells.replaceSubrange(0..<9, with: Array("123456789".utf8))
        let sum = try programmer.checksum(of: .ranges([range(4, 5), range(0, 4)]))
        #expect(sum.crc32 == 0xcbf4_3926)
        #expect(sum.byteSum == 477)
        #expect(sum.sha256.description == "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")
    }

    @Test func `a protected flash is noticed after its first sector`() throws {
        device.habit = .erasesNothing
        let error = error { () throws(FlashError) in
            try programmer.program(image(0, SeededBytes.make(0x8000, seed: 1)))
        }
        #expect(error?.code == "FLS-016")
        #expect(error?.remedies.first?.contains("protection") == true)
        #expect(device.log.filter { $0.hasPrefix("program") }.isEmpty)
    }

    @Test(arguments: [false, true]) func `an erase that goes too far while programming is noticed`(
        hashes: Bool
    ) throws {
        device.habit = .erasesOneSectorTooMany
        device.abilities.hasDigests = hashes
        let error = error { () throws(FlashError) in
            try programmer.program(image(0x1000, SeededBytes.make(0x2000, seed: 1)))
        }
        guard case .neighbourDamaged(let finding, let after)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Seen after the first erase, though a sector that the image covers was the first to suffer.
        #expect(finding.erased == range(0x1000, 0x1000) && finding.blank == range(0x1000, 0x2000))
        #expect(after.journal.programmed.isEmpty)
        #expect(device.log.filter { $0.hasPrefix("erase") }.count == 1)
    }

    @Test func `a misread of bytes beside the image does not get written`() throws {
        // The page is blank, so nothing is erased; what is beside it in the sector was read wrong once.
        device.cells.replaceSubrange(0x400..<0x500, with: [UInt8](repeating: 0xff, count: 0x100))
        let before = device.cells
        device.fault = (.flipped, 0)
        device.abilities.readLimit = 0x1000
        let wanted = SeededBytes.make(0x100, seed: 1)
        let error = error { () throws(FlashError) in try programmer.program(image(0x400, wanted)) }
        #expect(error?.code == "FLS-008" || error == nil)
        var expected = before
        expected.replaceSubrange(0x400..<0x500, with: wanted)
        #expect(device.cells == expected)
    }

    @Test func `a write without effect is noticed after its first piece`() throws {
        device.habit = .writesNothing
        let error = error { () throws(FlashError) in
            try programmer.program(image(0, SeededBytes.make(0x8000, seed: 1)))
        }
        guard case .verifyMismatch(let finding, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(finding.nature == .programmingHadNoEffect)
        #expect(device.log.filter { $0.hasPrefix("program") }.count == 1)
    }

    @Test func `a sector that came out wrong once is written again and the report says so`() throws {
        // One bit of the fifth piece flips while it is programmed; the first piece would be read back at once.
        let wanted = image(0, SeededBytes.make(0x8000, seed: 1))
        let clean = ModelFlash(device.geometry, contents: device.cells)
        _ = try FlashProgrammer(engine: clean, timebase: clean.time, trace: .silent).program(wanted)
        let fifth = try #require(
            clean.log.indices.filter { clean.log[$0].hasPrefix("program") }.dropFirst(4).first)
        device.fault = (.flipped, fifth)
        let report = try programmer.program(wanted)
        #expect(report.warnings == [.sectorRewritten(range(0x4000, 0x1000), differingBytes: 1)])
        #expect(device.cells == wanted.segments[0].bytes)
    }

    @Test func `kept bytes that read differently twice are not trusted`() throws {
        device.fault = (.flipped, 0)
        let before = device.cells
        #expect(
            error { () throws(FlashError) in try programmer.program(image(0x800, [1, 2, 3])) }?.code
                == "FLS-015")
        #expect(device.cells == before)
    }

    @Test(arguments: [ModelFlash.Fault.lost, .refused])
    func `what shares a sector is put back after a failure, or is in the error`(
        fault: ModelFlash.Fault
    ) throws {
        let before = device.cells
        let wanted = image(0x800, SeededBytes.make(0x400, seed: 1))
        let clean = ModelFlash(device.geometry, contents: before)
        _ = try FlashProgrammer(engine: clean, timebase: clean.time, trace: .silent).program(wanted)
        device.fault = (fault, try #require(clean.log.firstIndex { $0.hasPrefix("program") }))
        guard
            case .device(.program, _, let cause, let after)? = error({ () throws(FlashError) in
                try programmer.program(wanted)
            })
        else {
            Issue.record("no error")
            return
        }
        let journal = after.journal
        if fault == .refused {
            // The flash still answers: only the image is missing, or even that is there.
            #expect(cause.code == "MDL-001")
            #expect(journal.unrestored.isEmpty && journal.summary.repetition == .completes)
            #expect(device.cells[..<0x800] == before[..<0x800] && device.cells[0xc00...] == before[0xc00...])
        } else {
            #expect(cause.code == "MDL-002")
            #expect(
                journal.unrestored.map(\.bytes) == [Array(before[0..<0x800]), Array(before[0xc00..<0x1000])])
            #expect(journal.unrestored.map(\.address) == [start, start + 0xc00])
            #expect(journal.summary.repetition == .completesWithLoss)
        }
    }
}
