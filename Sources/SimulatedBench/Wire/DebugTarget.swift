// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// Virtual time in picoseconds since the bench was switched on.
typealias Picoseconds = UInt64

/// What hangs on the probe's wires, seen from the debug port's far side.
///
/// Implemented by `Machine` (the simulated H745). The DP and the MEM-APs (posted reads, sticky flags, TAR, CSW) are
/// modelled in front of it, in `Wire/`; here are only the bus accesses they make.
protocol DebugTarget: AnyObject {
    /// Virtual now.
    var now: Picoseconds { get }
    /// Lets the target run for `duration`: this is how host and wire time reach it.
    func elapse(_ duration: Picoseconds)

    /// Takes the board's supply away for a moment.
    func powerCycle()

    /// Rail in volts; 0 when the board is off (then nothing answers on SWD).
    var supplyVoltage: Double { get }
    /// nRST as the probe drives it (open drain).
    var probeHoldsReset: Bool { get set }
    /// nRST as a probe reads it back.
    var resetPinIsHigh: Bool { get }
    /// Whether firmware left SWDIO/SWCLK as debug pins.
    var debugPinsAreConnected: Bool { get }

    /// The debug port in front of the access ports.
    var debugPort: DebugPortIdentity { get }
    /// The access ports that exist, by APSEL.
    var accessPorts: [AccessPortIdentity] { get }
    /// A bus read by AP `index`; nil is a bus error (sticky). `csw` carries HPROT and DbgSwEnable.
    func read(accessPort index: Int, _ address: UInt32, _ width: BusWidth, csw: UInt32) -> UInt32?
    func write(accessPort index: Int, _ address: UInt32, _ width: BusWidth, _ value: UInt32, csw: UInt32)
        -> Bool
    /// True while the AP cannot finish an access yet (the DP then answers WAIT), e.g. a wedged bus.
    func isBusy(accessPort index: Int) -> Bool
    /// DP ABORT.DAPABORT: gives up the access that is stuck.
    func abort(accessPort index: Int)
    /// A debug domain power request (CDBGPWRUPREQ/CSYSPWRUPREQ) was written.
    func setPowerRequest(debug: Bool, system: Bool)
}

/// The constants of one access port.
struct AccessPortIdentity {
    enum Bus { case ahb, apb }
    var bus: Bus
    /// IDR (0xFC); what a dead AP answers may differ from run to run, so it is asked each time.
    var identification: UInt32
    /// BASE (0xF8).
    var base: UInt32
    /// CSW after power-on, and the bits software can change.
    var controlReset: UInt32
    var controlWritable: UInt32
    /// TAR auto-increment wraps inside blocks of this many bytes.
    var wrap: UInt32
    /// Packed transfers supported.
    var isPackedCapable: Bool
    /// False: only 32-bit accesses (APB).
    var hasSmallWidths: Bool
}

extension DebugTarget {
    var debugPort: DebugPortIdentity { .stm32h745 }
}
