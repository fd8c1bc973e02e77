// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// The controller's registers at one moment.
package struct QuadSPIState: Hashable, Sendable {
    package var control: RegisterValue<QuadSPIControl>
    package var device: RegisterValue<QuadSPIDevice>
    package var status: RegisterValue<QuadSPIStatus>
    package var communication: RegisterValue<QuadSPICommunication>

    package var isMapped: Bool { control.enable && communication.functionalMode == .memoryMapped }
    /// Nobody has set the block up since its reset.
    var isUntouched: Bool {
        control.rawValue == 0 && device.rawValue == 0 && communication.rawValue == 0
    }
    /// Bytes that the map shows, by FSIZE.
    package var mappedSize: UInt64 { 1 << (UInt64(device.size) + 1) }
    /// Bytes that addresses of the command in CCR can tell apart.
    package var addressReach: UInt64 {
        1 << (8 * (UInt64(communication.addressSize) + 1)) * UInt64(banks.count)
    }
    /// The banks that commands go to.
    package var banks: [Int] { control.dualFlash ? [1, 2] : [control.selectsBank2 ? 2 : 1] }
    /// Whether a mapped read leaves the flash waiting for the next address instead of an instruction.
    package var mayReadContinuously: Bool {
        isMapped && (communication.sendsInstructionOnce || communication.instructionLines == 0)
    }
    /// Four lines carry data, so that all of a bank's pins are needed.
    package var usesFourLines: Bool { communication.dataLines == 3 || communication.addressLines == 3 }
}
