// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ObjectFiles
import Testing

/// The invariant: reported good means that the cells hold the image, and everything else what they held before.
@Suite struct `A program job tells the truth` {
    @Test(arguments: 0..<400) func `good cells after a good report, whatever was there`(seed: Int) throws {
        let scenario = try Scenario.random(UInt64(seed))
        let device = scenario.device()
        switch scenario.outcome(device) {
        case .success(let report):
            #expect(scenario.firstWrong(device) == nil, "seed \(seed)")
            #expect(device.mostOpen <= scenario.depth)
            #expect(report.proof == (scenario.hashes && scenario.options.verify != .read ? .hash : .readBack))
            for segment in scenario.image.segments where !segment.bytes.isEmpty {
                let range = AddressRange(start: segment.address, count: segment.bytes.count)
                #expect(report.verified.contains(range), "seed \(seed)")
            }
        case .failure(.needsErase) where scenario.options.erase == .none:
            #expect(device.cells == scenario.before, "refused before the first write, seed \(seed)")
        case .failure(let error):
            Issue.record("seed \(seed): \(error)")
        }
    }

    @Test(arguments: 0..<60) func `a second run changes nothing`(seed: Int) throws {
        var scenario = try Scenario.random(UInt64(seed))
        scenario.options.erase = .needed
        scenario.options.full = false
        let device = scenario.device()
        _ = try scenario.program(device)
        let held = device.cells
        let report = try scenario.program(device)
        #expect(report.programmedBytes == 0 && report.erasedBytes == 0, "seed \(seed)")
        #expect(device.cells == held)
    }

    @Test(arguments: ModelFlash.Fault.allCases)
    func `never a false success with operation N failing`(kind: ModelFlash.Fault) throws {
        for seed in UInt64(1000)..<1016 {
            let scenario = try Scenario.random(seed)
            var operation = 0
            while operation < 2000 {
                let device = scenario.device()
                device.fault = (kind, operation)
                let comment: Comment = "seed \(seed), \(kind) at operation \(operation)"
                switch scenario.outcome(device) {
                case .success: #expect(scenario.firstWrong(device) == nil, comment)
                case .failure(let error): checkJournal(of: error, on: device, before: scenario, comment)
                }
                if device.operations <= operation { break }
                operation += 1
            }
            #expect(operation < 2000)
        }
    }

    @Test func `cancelling at any operation says what is erased and programmed`() throws {
        for seed in UInt64(2000)..<2020 {
            let scenario = try Scenario.random(seed)
            var operation = 0
            while true {
                let device = scenario.device()
                device.cancelAt = operation
                switch scenario.outcome(device) {
                case .success: #expect(scenario.firstWrong(device) == nil, "seed \(seed)")
                case .failure(let error):
                    checkJournal(
                        of: error, on: device, before: scenario, "seed \(seed), operation \(operation)")
                    checkKeptBytes(of: scenario, on: device, "seed \(seed), operation \(operation)")
                }
                if device.operations <= operation { break }
                operation += 1
            }
        }
    }

    @Test(arguments: ModelFlash.Habit.allCases)
    func `never a false success with a loader that is always wrong`(habit: ModelFlash.Habit) throws {
        var caught = 0
        for seed in UInt64(3000)..<3150 {
            let scenario = try Scenario.random(seed)
            let device = scenario.device()
            device.habit = habit
            switch scenario.outcome(device) {
            case .success:
                if habit == .repeatsItself || habit == .erasesOneSectorTooMany || habit == .writesOverPrevious
                {
                    // Damage beside the touched sectors cannot be seen in general; the image itself must be right.
                    #expect(imageIsRight(scenario, device), "seed \(seed), \(habit)")
                } else {
                    #expect(scenario.firstWrong(device) == nil, "seed \(seed), \(habit)")
                }
            case .failure: caught += 1
            }
        }
        #expect(caught > 20, "\(habit) was noticed \(caught) times")
    }

    /// What the journal says must be what the cells hold.
    private func checkJournal(
        of error: FlashError, on device: ModelFlash, before scenario: Scenario, _ comment: Comment
    ) {
        guard let journal = error.journal else {
            #expect(device.cells == scenario.before, comment)
            return
        }
        let isLiar = device.fault?.kind == .lied || device.fault?.kind == .flipped
        guard !isLiar else { return }
        for range in journal.erased.ranges {
            #expect(
                device.offsets(range).allSatisfy { device.cells[$0] == device.geometry.erasedValue }, comment)
        }
        var listed = journal.erased
        for range in journal.programmed.ranges + journal.unknown.ranges { listed.insert(range) }
        let unseen = scenario.before.indices.first {
            scenario.before[$0] != device.cells[$0]
                && !listed.contains(AddressRange(start: Scenario.start + UInt32($0), count: 1))
        }
        #expect(unseen == nil, comment)
    }

    /// Cancelling must not cost anybody bytes that were to be kept.
    private func checkKeptBytes(of scenario: Scenario, on device: ModelFlash, _ comment: Comment) {
        guard scenario.options.keepSharedSectors, scenario.options.erase != .chip else { return }
        var given = AddressRangeSet()
        for segment in scenario.image.segments {
            given.insert(AddressRange(start: segment.address, count: segment.bytes.count))
        }
        let lost = scenario.before.indices.first {
            device.cells[$0] != scenario.before[$0]
                && !given.contains(AddressRange(start: Scenario.start + UInt32($0), count: 1))
        }
        #expect(lost == nil, comment)
    }

    private func imageIsRight(_ scenario: Scenario, _ device: ModelFlash) -> Bool {
        scenario.image.segments.allSatisfy { segment in
            let offset = Int(segment.address - Scenario.start)
            return (try? device.read(AddressRange(start: segment.address, count: segment.bytes.count)))
                == segment.bytes
                || Array(device.cells[offset..<offset + segment.bytes.count]) == segment.bytes
        }
    }
}
