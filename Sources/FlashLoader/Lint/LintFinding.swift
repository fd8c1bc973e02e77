// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Something in a loader's file that keeps it from working, or from telling that it does not.
package struct LintFinding: Hashable, Sendable {
    /// Whom it concerns.
    package enum Severity: String, CaseIterable, Hashable, Sendable {
        /// It does not work, whoever runs it.
        case failure
        /// It does not work in the vendor's tool, which gives a loader less than this program does.
        case vendor
        /// It works as long as board and flash do; then it hangs, or says that all is well.
        case risk
    }

    package var problem: LintProblem
    /// The instruction or symbol that shows it; nil where the file as a whole does.
    package var address: UInt32?
    /// The same as function and source line.
    package var place: String?

    package init(_ problem: LintProblem, address: UInt32? = nil, place: String? = nil) {
        (self.problem, self.address, self.place) = (problem, address, place)
    }

    package var code: String { problem.code }
    package var severity: Severity { problem.severity }
    package var text: String { problem.text }
    package var remedy: String { problem.remedy }
}

/// What is wrong.
package enum LintProblem: Hashable, Sendable {
    // Place and size.
    /// The vendor's tool puts its breakpoint where the loader begins.
    case noRoomForBreakpoint(UInt32)
    case outsideRAM(Range<UInt64>, ram: Range<UInt32>)
    case noRoom(free: UInt64, needed: UInt64)

    // What it says of its flash.
    case sectorsDoNotSum(FlashStatement.Record, described: UInt64, size: UInt32)
    case impossiblePage(FlashStatement.Record, UInt32)
    case oddSector(FlashStatement.Record, UInt32)
    case notMapped(UInt32, mapped: Range<UInt32>)
    case otherSize(UInt32, chip: String, chipSize: UInt32)
    case otherSectors(UInt32, chip: String, units: [UInt32])
    case nameDiffers(String, file: String)
    case noWayToRead
    case notSerialFlash(String)

    // Stack and memory.
    case stackBeyondOurs(entry: String, bytes: Int, path: [String], stack: Int)
    case stackBeyondVendors(entry: String, bytes: Int, path: [String])
    case endlessRecursion(String)
    /// Memory behind what the vendor's tool clears is read before anything is written to it.
    case readsUncleared(UInt32, symbol: String)
    /// Data that start-up code would have to copy.
    case dataElsewhere(loaded: UInt32, used: UInt32, bytes: UInt32)
    case constructors(Int)
    /// The controller is set up by code that only an application's start leads to.
    case setUpByApplication(String)

    // Interrupts.
    case enablesInterrupts
    case movesVectors
    case tickInterrupt
    case waitsForInterrupt

    // Time and waits.
    case constantTick(String)
    case tickNeedsInterrupt(String)
    case delayNeverEnds(String)
    case waitsForMemory(UInt32)
    case unboundedWait(UInt32)
    case endlessLoop

    // Addresses.
    case usesHostsRAM(UInt32)
    case usesInternalFlash(UInt32)
    case usesForeignRAM(UInt32)
    case absoluteAddress(UInt32)
    /// Neither memory nor a peripheral.
    case nothingThere(UInt32)
    /// An access of more than a word, which has to be aligned.
    case unalignedAccess(UInt32, size: Int)

    // Instructions.
    case lackingInstruction
    case noThumbBit(String)
    case breakpoint(UInt8)
    case supervisorCall
    /// The floating-point unit is used without being switched on.
    case floatingPointOff
    /// A call of an address without the Thumb bit.
    case armState(UInt32)
    case resetsTarget
}
