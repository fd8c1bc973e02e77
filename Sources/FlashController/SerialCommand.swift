// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One command to a serial flash that reads something or changes its mode; opcode and address go on a single line.
package struct SerialCommand: Hashable, Sendable {
    package var opcode: UInt8
    /// In each flash; nil for none.
    package var address: UInt32?
    /// 1 to 4.
    package var addressBytes: UInt8 = 3
    /// Clocks between address and data, at most 31.
    package var dummyCycles: UInt8 = 0
    /// Bytes that each flash answers with.
    package var count = 0
    /// Lines that they come on: 1, 2 or 4.
    package var dataLines: UInt8 = 1

    package init(
        _ opcode: UInt8, address: UInt32? = nil, addressBytes: UInt8 = 3, dummyCycles: UInt8 = 0,
        count: Int = 0
    ) {
        (self.opcode, self.address, self.addressBytes) = (opcode, address, addressBytes)
        (self.dummyCycles, self.count) = (dummyCycles, count)
    }

    /// Manufacturer, type and capacity (JESD216 requires it of every serial NOR flash).
    package static let identify = SerialCommand(0x9F, count: 3)

    /// The discoverable parameters: three address bytes and eight dummy clocks, whatever mode addresses are in (JESD216 §5).
    package static func parameters(at offset: UInt32, count: Int) -> SerialCommand {
        SerialCommand(0x5A, address: offset, dummyCycles: 8, count: count)
    }

    /// Eight clocks with the first data line high: ends continuous reading, and is no instruction of a flash that waits for one.
    package static let endContinuousReading = SerialCommand(0xFF)
}

/// Whatever carries commands to one flash, or to two that answer at the same time.
///
/// Implemented by ``QuadSPIController`` and by models of chips in tests. The seam at which another controller of the family
/// (OCTOSPI) will be added.
package protocol SerialFlashBus: AnyObject {
    /// The banks that commands go to now: one, or both where they work as one memory.
    var banks: [Int] { get throws(FlashControllerError) }
    /// Most bytes that a command may read from all flashes together.
    var readLimit: Int { get }
    /// Sends a command.
    ///
    /// - Returns: for each of ``banks``, what its flash answered.
    func execute(_ command: SerialCommand) throws(FlashControllerError) -> [[UInt8]]
}
