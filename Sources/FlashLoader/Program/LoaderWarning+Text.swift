// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension LoaderWarning {
    /// One sentence for `loader inspect`.
    package var text: String {
        switch self {
        case .sectorsDoNotSum(let described, let size):
            "the sector table describes \(described) bytes, the size is \(size)"
        case .unusualPageSize(let size): "the page size \(size.hex) is that of no known serial flash"
        case .nameDiffersFromFile(let name):
            "the device name \"\(name)\" is not the file's name: ST's tool then refuses a mass erase"
        case .needsZeroedMemory(let bytes):
            "it needs \(bytes) bytes of zeroed memory, which ST's tool does not clear completely"
        case .largeFrame(let function, let bytes):
            "\(function) takes \(bytes) bytes of stack for its locals; ST's tool gives a loader 1024 for everything"
        case .noFreeWordBelow(let address):
            "no word is free below \(address.hex), where ST's tool puts its breakpoint"
        case .missing(let function): "it has no \(function.rawValue)"
        case .noThumbBit(let function): "the symbol \(function.rawValue) lacks the Thumb bit"
        case .dataElsewhere(let loaded, let used, let bytes):
            "\(bytes) bytes of data lie at \(loaded.hex) in the file and are put to \(used.hex), where they are used"
        case .constructors(let count, _): "\(count) constructors are never run"
        case .isApplication(let symbol):
            "it contains \(symbol), the start-up code of a whole application, which is never run"
        case .noWayToRead: "it has no Read and is not memory-mapped by its type: reading may not work"
        }
    }
}
