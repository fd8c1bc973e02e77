// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashController
import HardwareDescription

/// A chip, or two at once, that answers what a test says and notes what it was sent.
final class ScriptedChip: SerialFlashBus {
    /// By opcode; what is not there is answered with FFh.
    var answers: [UInt8: [UInt8]] = [:]
    /// The discoverable parameters from address 0.
    var parameters: [UInt8] = []
    private(set) var sent: [SerialCommand] = []
    let banks: [Int]
    let readLimit = 32

    init(banks: [Int] = [1]) { self.banks = banks }

    var opcodes: [UInt8] { sent.map(\.opcode) }

    func execute(_ command: SerialCommand) throws(FlashControllerError) -> [[UInt8]] {
        precondition(command.count * banks.count <= readLimit, "more than any controller takes")
        sent.append(command)
        var bytes = [UInt8](repeating: 0xFF, count: command.count)
        let source: ArraySlice<UInt8> =
            command.opcode == 0x5A
            ? parameters.dropFirst(Int(command.address ?? 0)) : (answers[command.opcode] ?? [])[...]
        for (index, byte) in source.prefix(command.count).enumerated() { bytes[index] = byte }
        return banks.map { _ in bytes }
    }
}
