// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import FlashLoader

extension FailureClass {
    /// The class of an error, by what it and its causes are.
    ///
    /// Trouble with the probe, the wire or the supply explains everything above it, so it wins wherever it stands in
    /// the chain. Otherwise the outermost error with a class of its own counts; errors that only pass a cause on have
    /// none.
    package init(of error: any Diagnosable) {
        var classes: [FailureClass] = []
        var next: (any Diagnosable)? = error
        while let current = next {
            if let own = Self.own(of: current) { classes.append(own) }
            next = current.cause
        }
        self = classes.last(where: \.explainsEverything) ?? classes.first ?? .unexpected
    }

    /// The class of `error` itself, whatever caused it; nil when it only passes on a cause.
    private static func own(of error: any Diagnosable) -> FailureClass? {
        // A step has the code of the error inside, and no class but that error's.
        if case .step(_, let inner)? = error as? WorkbenchError { return own(of: inner) }
        if let loader = error as? LoaderError, let decided = decided(by: loader) { return decided }
        return byCode[error.code]
    }

    /// What was seen on the board says more than how the loader ended: it is asked to work with a flash that is silent
    /// or protected as often as it is itself at fault.
    private static func decided(by error: LoaderError) -> FailureClass? {
        var isSilent = false
        for finding in error.findings {
            switch finding {
            // The same flash answers the debugger: the loader talks to other pins or another bank.
            case .answersWithBoardSetUp: return .loaderFailed
            case .writeProtected: return .flashProtected
            case .flashBusy: return .flashFailed
            case .flashSilent: isSilent = true
            default: break
            }
        }
        if isSilent { return .flashSilent }
        // The loader came back and told: not it failed, but what it was asked to do.
        if case .refused(let function, _, _, _) = error, function != .initialize { return .flashFailed }
        return nil
    }

    private var explainsEverything: Bool {
        switch self {
        case .probeUnavailable, .probeLost, .probeFailed, .targetUnpowered, .noTarget, .wrongPart, .cancelled:
            true
        default: false
        }
    }
}
