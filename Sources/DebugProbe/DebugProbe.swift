// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A debug port or access port register.
package enum DAPRegister: Hashable, Sendable {
    /// DP register by its address A[3:2] (0x0, 0x4, 0x8, 0xC) and DPBANKSEL (ADIv5.2 §B2.2).
    case debugPort(UInt8, bank: UInt8 = 0)
    /// AP register by APSEL and byte offset 0x00...0xFC (ADIv5.2 §C2.6). The driver selects AP and bank itself.
    case accessPort(UInt8, UInt8)
}

/// One step of a batch.
///
/// Batches exist because a USB round trip costs more than the SWD transfers in it.
package enum DAPOperation: Hashable, Sendable {
    case read(DAPRegister)
    case write(DAPRegister, UInt32)
    /// The same register `count` times, e.g. DRW with auto-increment.
    case readRepeated(DAPRegister, count: Int)
    case writeRepeated(DAPRegister, [UInt32])
}

/// What a probe can do for the layers above.
///
/// Confined to one thread.
///
/// Implemented by `STLinkProbe` and `CMSISDAPProbe`.
package protocol DebugProbe: AnyObject {
    var description: ProbeDescription { get }
    /// SWCLK as last set, as far as the probe says what it made of it.
    var clock: Hertz { get }

    /// Selects SWD, sends the JTAG-to-SWD switch and a line reset. Leaves DPIDR readable; powers nothing up.
    func connect(clock: Hertz) throws(ProbeError)
    /// Leaves the target alone and the probe idle, as another tool expects to find it.
    func disconnect() throws(ProbeError)
    /// Sends a line reset again, after a protocol error or a target reset.
    func resetLine() throws(ProbeError)
    /// - Returns: the clock the probe really uses, the fastest not above `clock` (or its slowest).
    @discardableResult func setClock(_ clock: Hertz) throws(ProbeError) -> Hertz
    /// Target rail in volts, nil when this probe cannot measure it.
    func targetVoltage() throws(ProbeError) -> Double?
    /// Drives nRST low (true) or lets it go (false).
    func driveReset(_ asserted: Bool) throws(ProbeError)

    /// Runs the operations in order and stops at the first that fails.
    ///
    /// - Returns: the values read, in order.
    /// - Throws: ``ProbeError/acknowledge(_:operation:valuesRead:)`` with the index of the operation that failed.
    ///   WAIT answers were retried within the probe's bound before that.
    func execute(_ operations: [DAPOperation]) throws(ProbeError) -> [UInt32]

    /// Block access done by the probe's own firmware, or nil when the layers above must drive the MEM-AP themselves.
    func blockMemory(accessPort: UInt8) throws(ProbeError) -> (any BlockMemory)?

    /// Asks the probe for something that changes nothing, to learn whether it is still there.
    func confirmPresence() throws(ProbeError)

    /// Disconnects if need be and gives the USB interface back. Never fails, may be called twice; nothing else may
    /// be called after it.
    func close()
}

extension DebugProbe {
    /// For probes that hold nothing.
    package func close() {}
    /// For probes that cannot go away.
    package func confirmPresence() throws(ProbeError) {}
}

/// Width of one bus access.
package enum AccessWidth: Int, CaseIterable, Hashable, Sendable {
    case byte = 1, halfword = 2, word = 4
}

/// Memory behind one MEM-AP, moved in blocks by the probe's firmware.
package protocol BlockMemory: AnyObject {
    /// Most bytes one call may move at this width.
    func maximumCount(_ width: AccessWidth) -> Int
    /// Reads `count` bytes; `address` and `count` are multiples of `width`.
    ///
    /// `csw` bits 31:8 are used where the firmware lets them be chosen; old firmware always uses its own.
    func read(_ count: Int, at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError) -> [UInt8]
    /// Reads words without asking before the end how it went: for who proves the bytes by other means.
    ///
    /// Any number of bytes, a multiple of four.
    func readUnchecked(_ count: Int, at address: UInt32, csw: UInt32) throws(ProbeError) -> [UInt8]
    func write(_ bytes: [UInt8], at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError)
}
