// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_TransferConfigure (0x04).
struct DAPTransferConfigure: DAPCommand {
    static let identifier: UInt8 = 0x04
    static let name = "DAP_TransferConfigure"
    typealias Response = DAPStatus

    /// Clocks after each transfer.
    var idleCycles: UInt8 = 0
    /// How often a transfer is tried again on WAIT.
    var waitRetries: UInt16
    /// Not used: no transfer of ours asks for a value match.
    var matchRetries: UInt16 = 0

    func encode(into request: inout ByteWriter) {
        request.write(idleCycles)
        request.write(waitRetries)
        request.write(matchRetries)
    }
}
