// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription
import TargetControl

/// How `info` gets to know the flash.
enum FlashInquiry {
    /// Not at all: the cores go on running.
    case none
    /// After the Init of the loader that was named, or of the board's own.
    case loader(LoaderCatalog.Board?)
    /// With clocks and pins set up by the debugger, as the file of a board without a loader says.
    case board(LoaderCatalog.Board, ChipCatalog)

    init(_ context: JobContext) throws(WorkbenchError) {
        let catalog = LoaderCatalog(context.request, observer: context.observer)
        let found = try catalog.board()
        if let found, context.request.loader == nil, found.definition.loader == nil {
            self = .board(found, try catalog.chips(of: found))
        } else {
            self = .loader(found)
        }
    }

    /// Whether the target has to be brought into a state in which code of ours can run.
    var runsLoader: Bool { if case .loader = self { true } else { false } }

    /// The board whose flash is asked.
    var board: LoaderCatalog.Board? {
        switch self {
        case .none: nil
        case .loader(let board): board
        case .board(let board, _): board
        }
    }

    /// - Returns: nil where the flash is not asked.
    func ask(on stack: BenchStack) throws(WorkbenchError) -> FlashFacts? {
        switch self {
        case .none: return nil
        case .loader: return try askFlash(FlashBench(on: stack))
        case .board(let board, let chips):
            let target = try stack.takeHold()
            if stack.context.request.target == nil { try FlashBench.check(board, isFor: target) }
            let found = try target.inspection(of: board.definition, chips, stack.time)
            return FlashFacts(found, on: board.definition, chips: chips)
        }
    }
}
