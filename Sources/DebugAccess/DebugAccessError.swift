// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

/// What the debug access layer was doing when it failed.
package enum DebugAccessStep: String, Hashable, Sendable {
    case connect = "connecting to the debug port"
    case identify = "reading DPIDR"
    case powerUp = "debug power-up"
    case register = "a debug register access"
    case accessPort = "an access port register access"
    case memoryRead = "a memory read"
    case memoryWrite = "a memory write"
    case recovery = "clearing the sticky flags"
}

/// Why an access through the debug port did not work.
package enum DebugAccessError: Error, Sendable {
    /// The probe failed for a reason of its own; nothing here can retry it.
    case probe(ProbeError, during: DebugAccessStep)
    /// What answered is no debug port: DPIDR reads as `value`.
    case notADebugPort(value: UInt32)
    /// The target never acknowledged the power-up request.
    case powerUpRefused(RegisterValue<ControlStatus>, after: Duration)
    /// The wire was silent or garbled after every line reset.
    case connectionLost(attempts: Int, during: DebugAccessStep, last: ProbeError)
    /// The bus behind the AP answered with an error at `address` (as far as the AP says).
    case busFault(accessPort: UInt8, address: UInt32, isWrite: Bool, status: RegisterValue<ControlStatus>)
    /// The debug port answered FAULT and says why in `status`; it was cleared and tried `attempts` times.
    case stickyFault(RegisterValue<ControlStatus>, during: DebugAccessStep, attempts: Int)
    /// The access never finished; it was aborted after `attempts`.
    case busStalled(accessPort: UInt8, address: UInt32, attempts: Int)
    /// IDR says that the AP is absent, or no MEM-AP.
    case notAMemoryAccessPort(index: UInt8, RegisterValue<AccessPortIdentification>)
    /// The range leaves the 4 GiB address space.
    case outOfAddressSpace(address: UInt32, count: Int)
    /// The bus moves whole words only.
    case unaligned(accessPort: UInt8, address: UInt32, count: Int)
    /// Reading back gave something else.
    case verifyMismatch(address: UInt32, wrote: UInt8, found: UInt8, differing: Int, of: Int)
    /// Fewer values came back than were asked for.
    case shortAnswer(expected: Int, received: Int, during: DebugAccessStep)
}
