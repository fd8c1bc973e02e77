// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// The memory one MEM-AP reaches: any address, any length, any alignment (STUB signatures).
package final class MemoryAccessPort {
    package let port: DebugPort
    package let index: UInt8

    package init(port: DebugPort, index: UInt8) { (self.port, self.index) = (port, index) }

    package func readWord(at address: UInt32) throws(DebugAccessError) -> UInt32 { throw .stub }
    package func writeWord(_ value: UInt32, at address: UInt32) throws(DebugAccessError) { throw .stub }
    package func read(_ count: Int, at address: UInt32) throws(DebugAccessError) -> [UInt8] { throw .stub }
    package func write(_ bytes: [UInt8], at address: UInt32) throws(DebugAccessError) { throw .stub }
}

package enum DebugAccessError: Error { case stub }
extension DebugAccessError: Diagnosable {
    package var code: String { "DAP-000" }
    package var summary: String { "stub" }
}
