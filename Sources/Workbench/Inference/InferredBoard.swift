// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// A board that was inferred from a loader, with its flash.
struct InferredBoard {
    /// What the loader did with one part on the board.
    struct FlashTrial {
        let flash: String
        let title: String
        let steps: [TrialReport.Step]
        /// Larger is likelier, where several fit.
        let rank: [Int]

        var passed: Int { steps.count { $0.outcome == .passed } }
        var failure: TrialReport.Step? { steps.first { $0.outcome == .failed } }
        var fits: Bool { failure == nil }
    }

    let draft: BoardDraft
    let trials: [FlashTrial]
    /// The parts that the loader works with, the likeliest first.
    let fits: [String]
    private let file: InferredBoardText
    let board: LoaderCatalog.Board
    let flash: String?

    init(
        draft: BoardDraft, name: String, file loader: LoaderFile, flash: String?, flashTitle: String?,
        fits: [String], trials: [FlashTrial]
    ) throws(WorkbenchError) {
        (self.draft, self.trials, self.fits, self.flash) = (draft, trials, fits, flash)
        file = InferredBoardText(
            draft: draft, name: name,
            title: "The board of \(loader.flash.deviceName)" + (flashTitle.map { ", \($0)" } ?? ""),
            loaderName: loader.fileName, flash: flash, notes: draft.notes)
        board = try Self.parsed(file.text)
    }

    /// The board file; `loader` is how it names the loader.
    func text(loader: String?) -> String {
        var file = file
        file.loader = loader
        return file.text
    }

    static func parsed(_ text: String) throws(WorkbenchError) -> LoaderCatalog.Board {
        do {
            return LoaderCatalog.Board(
                entry: ConfigurationEntry(.boards, path: TrialHost.inferredBoard),
                definition: try BoardDefinition(yaml: text, file: "the inferred board"))
        } catch {
            throw .configurationInvalid(error)
        }
    }
}
