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
import USBTransport

/// One unit on the bench's thread, with the attempts that its recipe allows.
struct UnitRun {
    let context: JobContext
    let recipe: Recipe
    let begin: (UnitFacts) throws(WorkbenchError) -> FirmwareImage
    private(set) var facts = UnitFacts()
    /// Once the unit's record is open.
    private var image: FirmwareImage?
    /// Of the microcontroller that the record was opened for.
    private var uniqueID: String?

    init(
        context: JobContext, recipe: Recipe,
        begin: @escaping (UnitFacts) throws(WorkbenchError) -> FirmwareImage
    ) {
        (self.context, self.recipe, self.begin) = (context, recipe, begin)
    }

    /// - Returns: nil where everything is proven and every check passed.
    mutating func run() -> WorkbenchError? {
        while true {
            do throws(WorkbenchError) {
                try program()
                try watchApplication()
                return nil
            } catch {
                guard mayRepeat(after: error) else { return error }
                facts.repetitions.append(
                    UnitFacts.Repetition(
                        because: ErrorReport(error), seconds: facts.timing?.totalSeconds ?? 0))
                (facts.timing, facts.contents, facts.work) = (nil, nil, nil)
                guard awaitProbe() else { return error }
            }
        }
    }

    // MARK: Again

    /// A cable or a contact that failed says nothing of the board; what the board itself got wrong is no better the next
    /// time.
    private func mayRepeat(after error: WorkbenchError) -> Bool {
        guard facts.repetitions.count < recipe.retries, !context.cancellation.isCancelled else {
            return false
        }
        switch FailureClass(of: error) {
        case .probeLost, .probeFailed: return true
        // It had answered before.
        case .noTarget: return facts.target != nil
        default: return false
        }
    }

    /// How long a probe may take to enumerate again.
    private static let patience = Duration.seconds(5)

    /// Waits for the probe to be plugged in again.
    private func awaitProbe() -> Bool {
        do throws(WorkbenchError) {
            let host = try context.keeper.host(for: context.request, context.openHost)
            let deadline = Deadline(in: Self.patience, on: host.time)
            repeat {
                let found = try doing("looking for probes") { () throws(USBError) in
                    try FoundProbe.all(on: host.bus)
                }
                if found.contains(where: context.request.probe.matches) { return true }
                if context.cancellation.isCancelled { return false }
                host.time.wait(for: .milliseconds(200))
                try host.prepare()
            } while !deadline.hasPassed
        } catch {
            context.trace(.warning, "the probe was not found again", ["error": error.code])
        }
        return false
    }

    // MARK: Once

    private mutating func program() throws(WorkbenchError) {
        try context.withStack(leaving: recipe.after.runs ? .resetAndRun : .asFound) {
            stack throws(WorkbenchError) in
            defer { facts.timing = facts.timing ?? stack.timing(nil) }
            let bench = try checkedBench(on: stack)
            let image = try openedImage()
            facts.isTouched = true
            try write(image, bench)
        }
    }

    /// Takes hold of board and flash, with the checks in this order: voltage, part, revision, flash id, blank.
    ///
    /// A board without supply answers nothing; of another part the rest means nothing; a flash of another kind makes the
    /// loader fail in ways of its own.
    private mutating func checkedBench(on stack: BenchStack) throws(WorkbenchError) -> FlashBench {
        let probe = try stack.openProbe()
        facts.probe = ProbeFacts(probe.description)
        facts.supplyMillivolts = try recipe.before.checkSupply(of: probe) ?? facts.supplyMillivolts
        let catalog = LoaderCatalog(context.request, observer: context.observer)
        let board = try catalog.board()
        let held = try stack.takeHold(of: board)
        let target = TargetFacts(held)
        (facts.target, facts.supplyMillivolts) = (target, target.supplyMillivolts ?? facts.supplyMillivolts)
        try doing("looking at the board") { () throws(UnitCheckError) in
            try recipe.before.checkPart(target)
            try recipe.before.checkRevision(target)
            try checkSameBoard(target)
        }
        if let board, recipe.before.flashID != nil {
            try recipe.before.checkFlash(of: held, on: board, catalog.chips(of: board), stack)
        }
        let bench = try FlashBench(on: stack)
        facts.loaderHash = bench.loaderHash
        facts.flash = try askFlash(bench)
        try doing("looking at the flash") { () throws(UnitCheckError) in
            try recipe.before.checkFlash(facts.flash)
        }
        // What an earlier attempt has written is no reason to refuse the board.
        if recipe.before.isBlank, !facts.isTouched {
            _ = try doing("looking whether the flash is blank") { () throws(FlashError) in
                try bench.programmer.blankCheck(.all, monitor: bench.monitor)
            }
        }
        return bench
    }

    /// The record was opened for one board: another one must not get its serial number.
    private func checkSameBoard(_ target: TargetFacts) throws(UnitCheckError) {
        guard image != nil, let uniqueID, target.uniqueID != uniqueID else { return }
        throw .otherBoard(found: target.uniqueID, expected: uniqueID)
    }

    private mutating func openedImage() throws(WorkbenchError) -> FirmwareImage {
        if let image { return image }
        let image = try begin(facts)
        (self.image, uniqueID) = (image, facts.target?.uniqueID)
        return image
    }

    private mutating func write(_ image: FirmwareImage, _ bench: FlashBench) throws(WorkbenchError) {
        var options = ProgramOptions()
        (options.erase, options.verify) = (recipe.erase, recipe.verify)
        let report = try doing("programming") { () throws(FlashError) in
            try bench.programmer.program(image, options, monitor: bench.monitor)
        }
        let timing = bench.stack.timing(report)
        facts.timing = timing
        facts.work = UnitClosing.Work(report, loader: bench.loader.fileName, timing)
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
    private func watchApplication() throws(WorkbenchError) {
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

extension FlashBench {
    /// What is put into RAM, place by place: two files that differ in their symbols only are one loader.
    fileprivate var loaderHash: ContentHash {
        var hash = SHA256()
        for piece in loader.program.pieces {
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
