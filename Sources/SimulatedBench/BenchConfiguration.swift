// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Everything that distinguishes one simulated bench from another.
///
/// Same configuration, same bytes, same times.
package struct BenchConfiguration: Sendable {
    package enum ProbeKind: String, CaseIterable, Sendable {
        case stlinkV2 = "stlink-v2", stlinkV21 = "stlink-v2-1", stlinkV3 = "stlink-v3"
        case cmsisDAPv1 = "cmsis-dap-v1", cmsisDAPv2 = "cmsis-dap-v2"
    }
    /// What ran on the target before we came.
    package enum Application: String, CaseIterable, Sendable {
        /// A blank part: both cores fault on the erased vectors and lock up.
        case none
        /// QUADSPI left memory-mapped.
        case mapped
        /// MPU and both caches on.
        case caches
        /// SysTick and interrupts pending, tasks switching, PSP in use.
        case rtos
        /// M4 running and writing to shared registers.
        case m4Busy = "m4-busy"
        /// M4 crashing and resetting the part again and again.
        case m4Crash = "m4-crash"
        /// M4 clock off: AP3 is dead.
        case m4Unclocked = "m4-unclocked"
        /// Both cores in WFI.
        case asleep
        /// D1 in Stop.
        case stop
        /// IWDG1 and WWDG1 running.
        case watchdog
        /// DMA writing to AXI SRAM.
        case dma
        /// Firmware switched the debug pins to GPIO.
        case debugPinsOff = "debug-pins-off"
    }
    /// Flash busy times (W25Q128JV datasheet AC table).
    package enum BusyTimes: String, CaseIterable, Sendable {
        case typical = "typ", maximum = "max", random
        /// A hundredth of the typical ones, for trials of what does not depend on them.
        case short
    }
    /// The flash that is (or is not) fitted.
    package enum FlashFault: String, CaseIterable, Sendable {
        case none, absent, wrongID = "wrong-id", stuckBusy = "stuck-busy", quadDisabled = "qe0"
        case blockProtected = "bp", individuallyLocked = "wps", poweredDown = "power-down"
        case continuousRead = "continuous-read", qpi, badCell = "bad-cell", unpowered
    }

    /// How fast probe and cable are where nobody has published a measurement of both.
    package enum Link: String, CaseIterable, Sendable {
        /// As fast as wire, frames and known firmware allow.
        case optimistic
        /// No faster than the best rates that were published for such probes.
        case pessimistic
    }

    /// A debug port that answers, and no more than that.
    package enum DebugFault: String, CaseIterable, Sendable {
        /// It never acknowledges a power-up request.
        case unpowered
        /// No access port has an identity.
        case noPorts = "no-ports"
    }

    package struct StuckBit: Hashable, Sendable {
        package var address: UInt32
        /// 0...7.
        package var bit: UInt8
    }

    /// How the board's core supply is wired; a loader that configures another one loses the part until it is
    /// power-cycled.
    package enum Supply: String, CaseIterable, Sendable {
        /// Both regulators can carry the core alone.
        case either
        case directSMPS = "smps", ldo
        /// The core voltage comes from outside.
        case external
    }

    package var probe: ProbeKind = .stlinkV3
    package var application: Application = .none
    package var busyTimes: BusyTimes = .typical
    package var link: Link = .optimistic
    package var board: BoardDescription
    /// What is the matter with the flash chips, by bank; without an entry a chip is sound.
    package var chipFaults: [Int: FlashFault] = [:]
    /// What is the matter with the traces between the part and its flash chips.
    package var traceFaults: [TraceFault] = []
    /// What is the matter with the debug port.
    package var debugFault: DebugFault?
    /// A bit of RAM that debug accesses find to be 0 whatever was written; the cores' own accesses are not affected.
    package var stuckBit: StuckBit?
    package var targetIsPowered = true
    /// Above this SWCLK, in Hz, the wire to the target loses bits; nil for short and good wires.
    package var wireLimit: UInt32?
    package var seed: UInt64 = 1
    /// Firmware the probe claims, such as `V2J28`; nil is the current one.
    package var probeFirmware: String?
    /// Transfer faults on the virtual cable.
    package var usbFaults = USBFaultPlan()
    /// Directory that keeps the flash's cells between runs; nil forgets them.
    package var stateDirectory: String?
    /// The memory's contents when switched on, from its first byte; nil is erased, as is what lies behind.
    ///
    /// Two chips hold every other byte each.
    package var flashContents: [UInt8]?
    /// What boards and flash parts are described by.
    package var files: DescriptionFiles

    package init(board: BoardDescription, files: DescriptionFiles) {
        (self.board, self.files) = (board, files)
    }
}

extension BenchConfiguration {
    /// The part behind the probe: that of the board, or another one (wrong-part tests).
    package var part: String {
        get { board.part }
        set { board.part = newValue }
    }
    package var supply: Supply {
        get { board.supply }
        set { board.supply = newValue }
    }
    /// The fault of the first chip; setting it gives every chip the same, for tests with one chip.
    package var flashFault: FlashFault {
        get { board.chips.first.map { fault(bank: $0.wiring.bank) } ?? .none }
        set { for chip in board.chips { chipFaults[chip.wiring.bank] = newValue } }
    }
    func fault(bank: Int) -> FlashFault { chipFaults[bank] ?? .none }
}

/// Which USB transfer fails, and how.
///
/// Transfers count from zero over the life of the bench.
package struct USBFaultPlan: Sendable {
    package enum Fault: String, CaseIterable, Sendable { case stall, timeout, disconnect, short }
    package var faults: [Int: Fault] = [:]
    package init() {}
}
