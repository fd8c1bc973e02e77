// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// Who makes a bus access.
enum BusMaster {
    case m7, m4
    /// The debug access ports.
    case ap0, ap1, ap3
    case dma

    /// RCC shows this master the second core's view of the per-core registers.
    var isSecondCore: Bool { self == .m4 || self == .ap3 }
}

/// One access to a peripheral.
struct Access {
    var width: BusWidth
    var master: BusMaster
    var now: Picoseconds
}

/// Why the part was reset (RCC_RSR).
enum ResetCause {
    case powerOn, pin, software(core: Int), independentWatchdog(Int), windowWatchdog(Int)

    /// The flags RSR gains; PINRSTF too, because an internal reset pulls the pin.
    var flags: UInt32 {
        switch self {
        case .powerOn: 0x00FE_0000
        case .pin: 0x0046_0000
        case .software(let core): 0x0046_0000 | 1 << (core == 1 ? 24 : 25)
        case .independentWatchdog(let number): 0x0046_0000 | 1 << (number == 1 ? 26 : 27)
        case .windowWatchdog(let number): 0x0046_0000 | 1 << (number == 1 ? 28 : 29)
        }
    }
}

/// What the blocks of the chip share: clocks, the answer's timing, interrupt lines and requests to the machine.
final class ChipContext {
    /// Frequencies that follow from the RCC registers now.
    var clocks = ClockFrequencies()
    /// The access being made ends no earlier than this: a FIFO that is empty, say.
    var readyAt: Picoseconds = 0
    /// When the value just read can first change by itself; `.max` only by somebody's doing, 0 if reading it again
    /// is not the same thing.
    var stableUntil: Picoseconds = 0
    /// The access never ends, and no other one on the AXI bus matrix does.
    var isInterconnectStalled = false
    /// Something happened that the run loop must look at before the core goes on.
    var needsAttention = false
    /// A peripheral may have got another next event: something reached its registers, or it was told of a change.
    var hasScheduleChanged = true
    var requestedReset: ResetCause?
    /// Counters that a debugger wants frozen look at this.
    var isHalted = (m7: false, m4: false)
    /// Set by the machine: level of an interrupt line of both cores.
    var onInterrupt: ((_ line: Int, _ isAsserted: Bool) -> Void)?
    /// RCC_GCR.BOOT_Cx was set.
    var onBootRequest: ((_ core: Int) -> Void)?
    /// The supply was configured to something the board cannot deliver.
    var hasLostSupply = false

    func wait(until moment: Picoseconds) { readyAt = max(readyAt, moment) }
    func requestReset(_ cause: ResetCause) {
        requestedReset = cause
        needsAttention = true
    }
    func setInterrupt(_ line: Int, asserted: Bool) { onInterrupt?(line, asserted) }
}
