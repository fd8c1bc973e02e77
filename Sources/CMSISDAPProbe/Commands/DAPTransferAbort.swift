// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// DAP_TransferAbort (0x07): stops a transfer that is being retried.
///
/// The reference firmware takes it out of turn and answers nothing; some firmware answers in turn, so it is
/// only sent where everything is drained afterwards.
enum DAPTransferAbort {
    static let request: [UInt8] = [0x07]
}
