// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// Finds the board that a loader was made for: pins, bank and clocks by what its Init writes, the flash by trying those there are.
struct BoardInference {
    let file: LoaderFile
    let context: JobContext
    private let catalog: LoaderCatalog
    /// What the board is called.
    let name: String

    /// Enough for an Init that does what it has to; one that waits for a flash that is not there is not waited for.
    private static let longestLook: Duration = .seconds(4)
    /// The same for a call of any function, in a trial whose flash is a hundred times as fast as a real one.
    private static let longestCall: Duration = .seconds(5)
    /// More parts than there are of one size.
    private static let trialLimit = 40

    /// `name`: what the board is called; nil: as the loader calls itself.
    init(_ file: LoaderFile, _ context: JobContext, name: String? = nil) {
        (self.file, self.context) = (file, context)
        catalog = LoaderCatalog(context.request)
        self.name = name ?? InferredBoardText.boardName(file.flash.deviceName)
    }

    /// - Throws: an ``InferenceError`` as a step where Init shows no board.
    func board() throws(WorkbenchError) -> InferredBoard {
        let target = try target()
        let seen = try look(target)
        let wiring = LoaderWiring(seen.settings, target: target)
        if let problem = problem(with: seen, wiring) { throw .step("inferring the board", problem) }
        let clocks = LoaderClocks(seen.settings)
        let (chosen, guess) = try choose(target, clocks)
        var draft = BoardDraft(wiring, clocks, stated: file.flash.size, target: chosen)
        if let guess { draft.notes.append(guess) }
        return try chooseFlash(of: draft, opcodes: seen.opcodes)
    }

    // MARK: - Looking

    /// The target that was named, else the first whose RAM the loader is linked to.
    private func target() throws(WorkbenchError) -> TargetDefinition {
        try WorkbenchClient.target(for: file, nil, context.request)
    }

    /// Runs Init, and other functions where Init does not set all up, on a board where every clock starts and nothing that it expects of a flash is there.
    private func look(_ target: TargetDefinition) throws(WorkbenchError) -> LoaderTrial.Observation {
        var draft = BoardDraft(anyOf: target)
        draft.highSpeed = BoardDraft.usualCrystal
        // An oscillator is there with HSEBYP and without.
        (draft.isBypassed, draft.hasLowSpeed, draft.supply) = (true, true, .either)
        let trial = try trial(on: draft, flash: nil, longestCall: Self.longestLook)
        return try trial.observe { settings in
            // Clock, select and four lines, of the bank with most of them.
            Set(LoaderWiring(settings, target: target).contacts.map(\.signal)).count >= 6
        }
    }

    /// Why what was seen shows no board; nil where it does.
    private func problem(with seen: LoaderTrial.Observation, _ wiring: LoaderWiring) -> InferenceError? {
        let others = PeripheralNames.busiest(of: seen.registers)
        if let controller = PeripheralNames.otherController(in: seen.registers) {
            return .otherController(
                loader: file.fileName,
                peripherals: [controller] + others.filter { $0 != controller && $0 != "QUADSPI" })
        }
        guard wiring.isEmpty else { return nil }
        if let failure = seen.failure { return .endedBefore(loader: file.fileName, failure) }
        if wiring.control != nil || wiring.device != nil { return .noPins(loader: file.fileName) }
        return others.isEmpty
            ? .nothingTouched(loader: file.fileName)
            // What other functions do with it alone led to nothing.
            : .otherController(loader: file.fileName, peripherals: others.filter { $0 != "QUADSPI" })
    }

    /// The target that the loader is for, and a note where that is a guess.
    private func choose(
        _ first: TargetDefinition, _ clocks: LoaderClocks
    ) throws(WorkbenchError) -> (TargetDefinition, InferenceNote?) {
        guard context.request.target == nil else { return (first, nil) }
        let targets = try TargetCatalog(context.request).candidates()
        let names = (file.flash.deviceName + " " + file.fileName).uppercased()
        if let named = targets.first(where: { $0.parts.contains { names.contains($0.uppercased()) } }) {
            return (named, nil)
        }
        // Of those that are known, the parts with two cores have the SMPS.
        if clocks.usesSMPS, let dual = targets.first(where: { $0.secondCore != nil }) { return (dual, nil) }
        let others = targets.filter { $0.name != first.name }
        return (first, others.isEmpty ? nil : .targetGuessed(first.name, others: others.map(\.name)))
    }

    // MARK: - The flash

    private func chooseFlash(of draft: BoardDraft, opcodes: [UInt8]) throws(WorkbenchError) -> InferredBoard {
        let share = UInt64(file.flash.size) / (draft.mode == .dual ? 2 : 1)
        var trials: [InferredBoard.FlashTrial] = []
        let candidates = candidates(of: share).prefix(Self.trialLimit)
        // Parts that boards are known to have are likelier than others.
        let usual = Set(try catalog.allBoards().flatMap(\.definition.banks).compactMap(\.flash))
        for chip in candidates {
            if context.cancellation.isCancelled { throw .cancelled(during: "trying flash parts") }
            let run = try trial(on: draft, flash: chip.name, longestCall: Self.longestCall).essentials()
            let misses = opcodes.count { !chip.understands($0) }
            trials.append(
                InferredBoard.FlashTrial(
                    flash: chip.name, title: chip.title, steps: run.steps,
                    rank: [affinity(to: chip), -misses, usual.contains(chip.name) ? 1 : 0]))
        }
        var result = draft
        let fits = trials.filter(\.fits).sorted { $1.rank.lexicographicallyPrecedes($0.rank) }
        let best =
            fits.first
            ?? trials.max { ($0.passed, $0.rank[0]) < ($1.passed, $1.rank[0]) }
        if fits.count > 1, let best {
            result.notes.append(.flashFits(fits.map(\.flash), taken: best.flash))
        } else if let best, let failure = best.failure {
            result.notes.append(
                .flashUnproven(best.flash, step: failure.name, text: failure.text ?? ""))
        } else if best == nil {
            result.notes.append(.flashUnknown(share))
        }
        return try InferredBoard(
            draft: result, name: name, file: file, flash: best?.flash, flashTitle: best?.title,
            fits: fits.map(\.flash), trials: trials)
    }

    /// Parts of this size, else those of the next larger one; those that the loader's name speaks of first.
    private func candidates(of size: UInt64) -> [FlashChipDefinition] {
        let known = catalog.knownChips()
        let larger = known.map { UInt64($0.size) }.filter { $0 >= size }.min()
        return known.filter { UInt64($0.size) == larger }
            .map { (chip: $0, rank: affinity(to: $0)) }
            .sorted { ($1.rank, $0.chip.name) < ($0.rank, $1.chip.name) }.map(\.chip)
    }

    /// 2 where the loader names the part, 1 where it does so without the letters at the end, else 0.
    private func affinity(to chip: FlashChipDefinition) -> Int {
        func plain(_ text: String) -> String { text.uppercased().filter { $0.isLetter || $0.isNumber } }
        let names = plain(file.flash.deviceName) + " " + plain(file.fileName)
        let part = plain(chip.name)
        if names.contains(part) { return 2 }
        let stem = part.reversed().drop { $0.isLetter }.reversed()
        return names.contains(String(stem)) ? 1 : 0
    }

    private func trial(
        on draft: BoardDraft, flash: String?, longestCall: Duration
    ) throws(WorkbenchError) -> LoaderTrial {
        let text = InferredBoardText(
            draft: draft, name: name, title: name, loaderName: file.fileName, flash: flash
        ).text
        return LoaderTrial(
            file: file, board: try InferredBoard.parsed(text), context: context,
            boardName: TrialHost.inferredBoard, boardText: text, longestCall: longestCall)
    }
}

extension BoardDraft {
    /// Any pins that the part has, for a look at what a loader does.
    fileprivate init(anyOf target: TargetDefinition) {
        self.init(LoaderWiring([], target: target), LoaderClocks([]), stated: 0, target: target)
        notes = []
    }
}
