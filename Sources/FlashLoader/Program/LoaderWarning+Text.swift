// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension LoaderWarning {
    /// One sentence; nil for what ``LoaderLint`` says, with a code, a place and a remedy.
    package var remark: String? {
        switch self {
        case .needsZeroedMemory(let bytes):
            "it needs \(bytes) bytes of zeroed memory, which ST's tool does not clear completely"
        case .missing(let function): "it has no \(function.rawValue)"
        case .isApplication(let symbol):
            "it contains \(symbol), the start-up code of a whole application, which is never run"
        case .largeFrame, .noThumbBit, .dataElsewhere, .constructors: nil
        }
    }
}
