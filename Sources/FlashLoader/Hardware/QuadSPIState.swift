// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import TargetControl

/// The controller's registers at one moment.
package struct QuadSPIState: Hashable, Sendable {
    package var control: RegisterValue<QuadSPIControl>
    package var device: RegisterValue<QuadSPIDevice>
    package var status: RegisterValue<QuadSPIStatus>
    package var communication: RegisterValue<QuadSPICommunication>

    package var isMapped: Bool { control.enable && communication.functionalMode == .memoryMapped }
    /// Bytes that the map shows, by FSIZE.
    package var mappedSize: UInt64 { 1 << (UInt64(device.size) + 1) }
}
