// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension FailureClass {
    /// The class of an error, by the codes of its causes.
    ///
    /// Trouble with the probe, the wire or the supply explains everything above it, so it wins wherever it stands in
    /// the chain. Otherwise the outermost code with a class of its own counts; codes that only pass a cause on have none.
    package init(of error: any Diagnosable) {
        var classes: [FailureClass] = []
        var next: (any Diagnosable)? = error
        while let current = next {
            if let own = Self.byCode[current.code] { classes.append(own) }
            next = current.cause
        }
        self = classes.last(where: \.explainsEverything) ?? classes.first ?? .unexpected
    }

    private var explainsEverything: Bool {
        switch self {
        case .probeUnavailable, .probeLost, .targetUnpowered, .noTarget, .wrongPart, .cancelled: true
        default: false
        }
    }
}
