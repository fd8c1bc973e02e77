// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Loaders built from `Firmware/`.
package enum TestLoader: String, CaseIterable, Sendable {
    case vendorTemplate = "vendor-template"
    case cycleCounter = "cycle-counter"
    case coarseErase = "coarse-erase"
    case sectorwiseErase = "sectorwise-erase"
    case shortTable = "short-table"
    case foreignSectors = "foreign-sectors"
    case lyingWrite = "lying-write"
    case lyingRead = "lying-read"
    case hangingInit = "hanging-init"
    case deepStack = "deep-stack"
    case busFault = "bus-fault"
    case unclearedMemory = "uncleared-memory"
    case wrongBank = "wrong-bank"
    case otherBank = "other-bank"
    case wrongFunction = "wrong-function"
    case missingClock = "missing-clock"
    case errorCode = "error-code"
    case semihosting = "semihosting"
    case halStyle = "hal-style"
    case newlibHeap = "newlib-heap"
    case stackOverruns = "stack-overruns"

    package var fileName: String { "\(rawValue).stldr" }

    package func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Bundle.module.bundleURL.appending(path: fileName)))
    }

    /// Where the build put it.
    package var path: String { Bundle.module.bundleURL.appending(path: fileName).path }
}
