// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import FlashLoader
import FlashProgramming
import HardwareDescription
package import ObjectFiles
package import ProductionJobs
import TargetControl

extension WorkbenchClient {
    /// Programs one unit by its recipe: looks at it, asks for its image, programs, proves, and looks again.
    ///
    /// `begin` is called once board and flash are known to be right and nothing was written yet: it opens the unit's
    /// record and returns the image with the unit's own bytes. When it throws, the flash is not touched.
    package func programUnit(
        _ recipe: Recipe,
        begin: @escaping @Sendable (UnitFacts) throws(WorkbenchError) -> FirmwareImage
    ) async -> UnitOutcome {
        do {
            return try await onBench { context in
                var run = UnitRun(context: context, recipe: recipe)
                do throws(WorkbenchError) {
                    try run.program(begin)
                    try run.watchApplication()
                } catch {
                    return UnitOutcome(facts: run.facts, failure: error)
                }
                return UnitOutcome(facts: run.facts, failure: nil)
            }
        } catch {
            return UnitOutcome(facts: UnitFacts(), failure: error)
        }
    }
}

/// One unit on the bench's thread.
private struct UnitRun {
    let context: JobContext
    let recipe: Recipe
    var facts = UnitFacts()

    mutating func program(
        _ begin: (UnitFacts) throws(WorkbenchError) -> FirmwareImage
    ) throws(WorkbenchError) {
        try context.withStack(leaving: recipe.after.runs ? .resetAndRun : .asFound) {
            stack throws(WorkbenchError) in
            defer { facts.timing = facts.timing ?? stack.timing(nil) }
            facts.probe = ProbeFacts(try stack.openProbe().description)
            let target = TargetFacts(try stack.takeHold())
            facts.target = target
            try doing("looking at the board") { () throws(UnitCheckError) in
                try recipe.before.check(target)
            }
            let bench = try FlashBench(on: stack)
            facts.loaderHash = bench.loaderHash
            facts.flash = try askFlash(bench)
            try doing("looking at the flash") { () throws(UnitCheckError) in
                try recipe.before.check(facts.flash)
            }
            if recipe.before.isBlank {
                _ = try doing("looking whether the flash is blank") { () throws(FlashError) in
                    try bench.programmer.blankCheck(.all, monitor: bench.monitor)
                }
            }
            let image = try begin(facts)
            facts.isTouched = true
            try write(image, bench)
        }
    }

    private mutating func write(_ image: FirmwareImage, _ bench: FlashBench) throws(WorkbenchError) {
        var options = ProgramOptions()
        (options.erase, options.verify) = (recipe.erase, recipe.verify)
        let report = try doing("programming") { () throws(FlashError) in
            try bench.programmer.program(image, options, monitor: bench.monitor)
        }
        facts.timing = bench.stack.timing(report)
        for expected in recipe.after.hashes { try check(expected, bench) }
        facts.contents = image.contentHash
    }

    private func check(_ expected: Recipe.RangeHash, _ bench: FlashBench) throws(WorkbenchError) {
        let found = try doing("hashing \(expected.range)") { () throws(FlashError) in
            try bench.programmer.checksum(of: .ranges([expected.range]), monitor: bench.monitor)
        }
        let digest = found.sha256.description
        guard digest != expected.sha256.description else { return }
        throw .step(
            "looking at what was programmed",
            UnitCheckError.hashDiffers(
                range: expected.range, found: digest, expected: expected.sha256.description))
    }

    /// The application runs by now: it is looked at without halting it.
    func watchApplication() throws(WorkbenchError) {
        guard let word = recipe.after.word else { return }
        var hot = context
        hot.request.connect = .hot
        try hot.withStack { stack throws(WorkbenchError) in
            let target = try stack.takeHold(preparing: false)
            let deadline = Deadline(in: word.within, on: stack.time)
            var found: UInt32 = 0
            repeat {
                if context.cancellation.isCancelled {
                    throw .cancelled(during: "waiting for the application")
                }
                found = try doing("looking at the application's word") { () throws(DebugAccessError) in
                    try target.memory.readWord(at: word.address)
                }
                if found & word.mask == word.value & word.mask { return }
                stack.time.wait(for: .milliseconds(5))
            } while !deadline.hasPassed
            throw .step(
                "waiting for the application",
                UnitCheckError.wordMissing(
                    address: word.address, found: found, expected: word.value, after: word.within))
        }
    }
}

extension Recipe.ChecksBefore {
    fileprivate func check(_ target: TargetFacts) throws(UnitCheckError) {
        if let voltage {
            guard let found = target.supplyMillivolts else { throw .voltageUnknown(allowed: voltage) }
            guard voltage.contains(found) else { throw .voltageOutside(found: found, allowed: voltage) }
        }
        if let part, !target.definition.lowercased().hasPrefix(part.lowercased()) {
            throw .otherPart(found: target.title, expected: part)
        }
        if let revision, target.device?.revisionName != revision {
            throw .otherRevision(
                found: target.device.map { $0.revisionName ?? $0.revision }, expected: revision)
        }
    }

    /// Of a dual flash both chips must be right.
    fileprivate func check(_ flash: FlashFacts?) throws(UnitCheckError) {
        guard let flashID else { return }
        let expected = Format.octets(flashID, separator: "")
        let banks = flash?.banks ?? []
        guard !banks.isEmpty, let wrong = banks.first(where: { $0.jedecID != expected }) else {
            if banks.isEmpty { throw .otherFlash(found: nil, expected: expected) }
            return
        }
        throw .otherFlash(found: wrong.jedecID, expected: expected)
    }
}

extension FlashBench {
    /// What is put into RAM, place by place: two files that differ in their symbols only are one loader.
    fileprivate var loaderHash: ContentHash {
        var hash = SHA256()
        for piece in loader.image.pieces {
            hash.update(Array("\(piece.address.hex)+\(piece.bytes.count)\n".utf8))
            hash.update(piece.bytes)
        }
        return ContentHash(hash.finish())
    }
}

extension FirmwareImage {
    /// Of all its bytes with their addresses.
    package var contentHash: ContentHash {
        var hash = SHA256()
        for segment in segments {
            hash.update(Array("\(segment.address.hex)+\(segment.bytes.count)\n".utf8))
            hash.update(segment.bytes)
        }
        return ContentHash(hash.finish())
    }
}
