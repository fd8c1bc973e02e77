// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a part remembers between selections and forgets with its supply.
struct FlashLatches {
    var isWriteEnabled = false
    var isVolatileWriteEnabled = false
    var isResetEnabled = false
    var isPoweredDown = false
    /// Opcodes come on four lines, where no register says it.
    var isQuadInterface = false
    /// Addresses have four bytes, where no register says it.
    var hasFourByteAddresses = false
    /// The opcode that the next selection repeats without sending it.
    var continuousOpcode: UInt8?
    /// Output wraps within so many bytes.
    var wrapLength: Int?
    /// The die whose registers are read.
    var activeDie = 0
}
