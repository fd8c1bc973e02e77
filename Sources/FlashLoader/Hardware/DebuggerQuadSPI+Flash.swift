// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension DebuggerQuadSPI {
    /// Manufacturer, type and capacity.
    package func jedecID() throws(LoaderError) -> [UInt8] { try execute(.identify) }

    package func statusRegisters() throws(LoaderError) -> StatusRegisters {
        StatusRegisters(
            try execute(.readRegister(0x05, count: 1))[0], try execute(.readRegister(0x35, count: 1))[0],
            try execute(.readRegister(0x15, count: 1))[0])
    }

    package func uniqueID() throws(LoaderError) -> [UInt8] { try execute(.uniqueID) }

    /// Ends continuous reading and power-down; harmless in any other mode.
    package func wake() throws(LoaderError) {
        for instruction: UInt8 in [0xFF, 0xAB] { _ = try execute(QuadSPICommand(instruction: instruction)) }
    }

    /// The first `count` bytes of the discoverable parameters, `SFDP` first.
    package func discoverableParameters(_ count: Int) throws(LoaderError) -> [UInt8] {
        try pieces(count, at: 0) { offset, size in .parameters(at: offset, count: size) }
    }

    /// Reads by offset in the flash; any range, slowly.
    package func read(_ count: Int, at offset: UInt32) throws(LoaderError) -> [UInt8] {
        try pieces(count, at: offset) { offset, size in .read(at: offset, count: size) }
    }

    private func pieces(
        _ count: Int, at offset: UInt32, _ command: (UInt32, Int) -> QuadSPICommand
    ) throws(LoaderError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let size = min(QuadSPICommand.readLimit, count - bytes.count)
            bytes += try execute(command(offset &+ UInt32(bytes.count), size))
        }
        return bytes
    }
}
