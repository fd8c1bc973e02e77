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
    case h745Discovery = "h745-discovery"
    case h745DiscoverySingle = "h745-discovery-single"
    case h747Discovery = "h747-discovery"
    case unequalDual = "unequal-dual"
    case newlibHeap = "newlib-heap"
    case stackOverruns = "stack-overruns"

    // Of each family one in the style of a HAL and one that writes registers, and one with a mistake that is easily made.
    case winbondHAL = "winbond-hal", winbondRegisters = "winbond-registers"
    case winbondShortAddress = "winbond-short-address"
    case micronHAL = "micron-hal", micronRegisters = "micron-registers"
    case micronNoWriteEnable = "micron-no-write-enable", micronWrongDummy = "micron-wrong-dummy"
    case macronixHAL = "macronix-hal", macronixRegisters = "macronix-registers"
    case macronixNoQuad = "macronix-no-quad"
    case issiHAL = "issi-hal", issiRegisters = "issi-registers"
    case issiWrongDummy = "issi-wrong-dummy"
    case gigadeviceHAL = "gigadevice-hal", gigadeviceRegisters = "gigadevice-registers"
    case gigadeviceOtherQuadBit = "gigadevice-other-quad-bit"
    case spansionHAL = "spansion-hal", spansionRegisters = "spansion-registers"
    case spansionOtherStatus = "spansion-other-status"

    /// A CMSIS flash algorithm.
    case algorithm

    package var fileName: String { self == .algorithm ? "\(rawValue).FLM" : "\(rawValue).stldr" }

    package func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Bundle.module.bundleURL.appending(path: fileName)))
    }

    /// Where the build put it.
    package var path: String { Bundle.module.bundleURL.appending(path: fileName).path }
}
