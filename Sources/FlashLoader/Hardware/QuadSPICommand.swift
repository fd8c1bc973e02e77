// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TargetControl

/// One command to the flash on a single line each, as every SPI NOR flash understands it.
struct QuadSPICommand: Hashable, Sendable {
    var instruction: UInt8
    /// Nil for none; 24 bits unless `hasLongAddress`.
    var address: UInt32?
    var hasLongAddress = false
    var dummyCycles: UInt8 = 0
    /// Bytes to read; at most the FIFO's 32.
    var count = 0

    static let readLimit = 32

    var communication: UInt32 {
        var value = RegisterValue<QuadSPICommunication>()
        value.instruction = instruction
        value.instructionLines = 1
        if address != nil {
            value.addressLines = 1
            value.addressSize = hasLongAddress ? 3 : 2
        }
        value.dummyCycles = dummyCycles
        if count > 0 {
            value.dataLines = 1
            value.functionalMode = .indirectRead
        }
        return value.rawValue
    }

    static func readRegister(_ instruction: UInt8, count: Int) -> QuadSPICommand {
        QuadSPICommand(instruction: instruction, count: count)
    }
    static let identify = readRegister(0x9F, count: 3)
    /// Unique id: four dummy bytes, three of them as an address.
    static let uniqueID = QuadSPICommand(instruction: 0x4B, address: 0, dummyCycles: 8, count: 8)
    /// Serial flash discoverable parameters (JESD216).
    static func parameters(at offset: UInt32, count: Int) -> QuadSPICommand {
        QuadSPICommand(instruction: 0x5A, address: offset, dummyCycles: 8, count: count)
    }
    /// Fast read, which works at every clock; beyond 16 MiB with four address bytes.
    static func read(at offset: UInt32, count: Int) -> QuadSPICommand {
        let isLong = UInt64(offset) + UInt64(count) > 1 << 24
        return QuadSPICommand(
            instruction: isLong ? 0x0C : 0x0B, address: offset, hasLongAddress: isLong, dummyCycles: 8,
            count: count)
    }
}
