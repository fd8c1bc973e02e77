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

    // At double transfer rate: two chips, mapped; one whose whole protocol is changed; mapped and for Read.
    case h745DiscoveryDTR = "h745-discovery-dtr"
    case micronDTRProtocol = "micron-dtr-protocol"
    case winbondDTR = "winbond-dtr"

    /// A CMSIS flash algorithm.
    case algorithm

    // Nothing is wrong with these, whoever runs them.
    case soundCleared = "sound-cleared"
    case soundClock = "sound-clock"
    case soundDtcm = "sound-dtcm"
    case soundMapped = "sound-mapped"
    case soundOldVerify = "sound-old-verify"
    case soundPlain = "sound-plain"
    case soundSectors = "sound-sectors"
    case soundVerify = "sound-verify"

    // One mistake each.
    case brokenAbsolute = "broken-absolute"
    case brokenConstantTick = "broken-constant-tick"
    case brokenConstructors = "broken-constructors"
    case brokenDataElsewhere = "broken-data-elsewhere"
    case brokenDelay = "broken-delay"
    case brokenDiscardedWrite = "broken-discarded-write"
    case brokenEmptyStorageInfo = "broken-empty-storage-info"
    case brokenErasedValue = "broken-erased-value"
    case brokenErrorHandler = "broken-error-handler"
    case brokenFlag = "broken-flag"
    case brokenForeignRam = "broken-foreign-ram"
    case brokenHostsRam = "broken-hosts-ram"
    case brokenHugeFrame = "broken-huge-frame"
    case brokenInstruction = "broken-instruction"
    case brokenInternalFlash = "broken-internal-flash"
    case brokenInterrupts = "broken-interrupts"
    case brokenMain = "broken-main"
    case brokenName = "broken-name"
    case brokenNoBreakpointRoom = "broken-no-breakpoint-room"
    case brokenNoRead = "broken-no-read"
    case brokenNoStorageInfo = "broken-no-storage-info"
    case brokenOutsideRam = "broken-outside-ram"
    case brokenPage = "broken-page"
    case brokenRecursion = "broken-recursion"
    case brokenReset = "broken-reset"
    case brokenSectorSize = "broken-sector-size"
    case brokenSectorSum = "broken-sector-sum"
    case brokenStart = "broken-start"
    case brokenSupervisor = "broken-supervisor"
    case brokenSystick = "broken-systick"
    case brokenTickInterrupt = "broken-tick-interrupt"
    case brokenTooLarge = "broken-too-large"
    case brokenType = "broken-type"
    case brokenUncleared = "broken-uncleared"
    case brokenVectors = "broken-vectors"
    case brokenVendorStack = "broken-vendor-stack"
    case brokenWait = "broken-wait"
    case brokenWfi = "broken-wfi"

    // Init is not what sets the board up, or what unlocks the flash.
    case lazyAll = "lazy-all", lazyWrite = "lazy-write", lazyPins = "lazy-pins"
    case clearsProtection = "clears-protection"

    // One fault each.
    case faultArmState = "fault-arm-state"
    case faultBreakpoint = "fault-breakpoint"
    case faultCoprocessor = "fault-coprocessor"
    case faultDivide = "fault-divide"
    case faultErasedJump = "fault-erased-jump"
    case faultFpu = "fault-fpu"
    case faultLockup = "fault-lockup"
    case faultMappedStore = "fault-mapped-store"
    case faultNoClock = "fault-no-clock"
    case faultNotExecutable = "fault-not-executable"
    case faultNotMapped = "fault-not-mapped"
    case faultNullCall = "fault-null-call"
    case faultPeripheral = "fault-peripheral"
    case faultStack = "fault-stack"
    case faultStacking = "fault-stacking"
    case faultTrap = "fault-trap"
    case faultUnaligned = "fault-unaligned"
    case faultUnsetPointer = "fault-unset-pointer"
    case faultWfe = "fault-wfe"

    // Boards of their own, to be told by what Init does.
    case inferClocks = "infer-clocks"
    case inferGivesUp = "infer-gives-up"
    case inferTwoSelects = "infer-two-selects"
    case inferOctospi = "infer-octospi"
    case inferSpi = "infer-spi"
    case inferDual = "infer-dual"

    /// Those whose files are a loader's.
    package static var readable: [TestLoader] {
        allCases.filter {
            switch $0 {
            case .brokenNoStorageInfo, .brokenEmptyStorageInfo, .brokenDiscardedWrite, .brokenErasedValue:
                false
            default: true
            }
        }
    }

    package var fileName: String { "\(rawValue).\(isAlgorithm ? "FLM" : "stldr")" }
    private var isAlgorithm: Bool { self == .algorithm || self == .brokenAbsolute }

    package func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Bundle.module.bundleURL.appending(path: fileName)))
    }

    /// Where the build put it.
    package var path: String { Bundle.module.bundleURL.appending(path: fileName).path }
}
