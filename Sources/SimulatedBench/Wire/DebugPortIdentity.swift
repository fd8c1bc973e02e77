// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The constants of one SW-DP: what tells two parts apart before any access port is asked.
struct DebugPortIdentity {
    /// DPIDR; bits [15:12] are the DP architecture version.
    var identification: UInt32
    /// TARGETID (DPv2); bits [27:0] also select this part on a multi-drop wire.
    var targetID: UInt32
    /// DLPIDR.TINSTANCE.
    var instance: UInt8
    /// DLCR after reset, its obsolete wire mode and prescaler fields included.
    var dataLinkControl: UInt32
    /// CTRL/STAT bits this part never clears, such as an acknowledge that is tied high.
    var statusTiedHigh: UInt32
    /// From a power-up request to its acknowledge.
    var powerUpDelay: Picoseconds

    /// STM32H745: DPIDR and TARGETID from logs of real parts.
    ///
    /// DLCR, the acknowledges tied high (CSYSPWRUPACK, CDBGRSTACK) are those of an STM32F7's DP, the same
    /// design one revision older; the delay is chosen long enough for a host that does not poll to be caught.
    static let stm32h745 = DebugPortIdentity(
        identification: 0x6BA0_2477, targetID: 0x0450_0041, instance: 0, dataLinkControl: 0x43,
        statusTiedHigh: 0x8800_0000, powerUpDelay: .microseconds(10))

    var isVersion2: Bool { identification >> 12 & 0xF >= 2 }
}
