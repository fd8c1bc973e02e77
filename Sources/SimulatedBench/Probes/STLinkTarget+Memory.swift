// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Memory blocks, the way this firmware moves them.
extension STLinkTarget {
    /// A block access as the host asked for it.
    struct Block {
        var address: UInt32
        var port: UInt8 = 0
        /// CSW[31:8] shifted into place; 0 leaves the choice to the firmware.
        var control: UInt32 = 0
        /// 1, 2 or 4 bytes.
        var width: UInt32 = 4
        var increments = true

        /// Where a unit stands in the 32 bits of DRW.
        func lane(_ address: UInt32) -> UInt32 { (address & 3 & ~(width &- 1)) &* 8 }
    }

    /// Where and why a block stopped.
    struct BlockFailure: Error {
        var status: STLinkStatus
        var address: UInt32
    }

    private mutating func configure(_ block: Block) throws(Failure) {
        var control = block.control
        let isPeripheral = try isPeripheralBus(block.port)
        if control == 0 { control = isPeripheral ? 0x8000_0000 : 0x2300_0000 }
        // On APB access ports the firmware never lets go of DbgSwEnable.
        if isPeripheral { control |= 1 << 31 }
        control = control & ~0x37 | block.width >> 1 | (block.increments ? 0x10 : 0)
        try point(at: block.port, bank: 0)
        try transfer(.writeAP(0), control)
    }

    /// Units one TAR value is good for.
    private func run(at address: UInt32, of block: Block, left: Int) -> Int {
        guard firmware.usesAutoIncrement else { return 1 }
        guard block.increments else { return left }
        return min(left, Int((0x400 &- address & 0x3FF) / block.width))
    }

    /// The answer is as long as was asked for whatever happens; what could not be read is zero.
    mutating func read(_ block: Block, into bytes: inout [UInt8]) throws(BlockFailure) {
        let width = Int(block.width)
        var address = block.address
        var index = 0
        let count = bytes.count / width
        do {
            try configure(block)
            while index < count {
                let run = max(1, run(at: address, of: block, left: count - index))
                try transfer(.writeAP(4), address)
                try transfer(.readAP(0xC))
                for unit in 0..<run {
                    // Each read gives the word before and asks for the next; RDBUFF fetches the last.
                    let word = unit + 1 < run ? try transfer(.readAP(0xC)) : try result()
                    let value = word >> block.lane(address)
                    for byte in 0..<width {
                        bytes[index * width + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))
                    }
                    index += 1
                    if block.increments { address &+= block.width }
                    wire.clock.spend(wordOverhead)
                }
            }
        } catch { throw BlockFailure(status: error.status, address: address) }
    }

    mutating func write(_ block: Block, _ bytes: [UInt8]) throws(BlockFailure) {
        let width = Int(block.width)
        var address = block.address
        var index = 0
        let count = bytes.count / width
        do {
            try configure(block)
            while index < count {
                let run = max(1, run(at: address, of: block, left: count - index))
                try transfer(.writeAP(4), address)
                for _ in 0..<run {
                    var value: UInt32 = 0
                    for byte in 0..<width { value |= UInt32(bytes[index * width + byte]) << UInt32(byte * 8) }
                    try transfer(.writeAP(0xC), value << block.lane(address))
                    if !firmware.usesAutoIncrement { _ = try result() }
                    index += 1
                    if block.increments { address &+= block.width }
                    wire.clock.spend(wordOverhead)
                }
            }
            // The last write is posted: this is where its error shows.
            if firmware.usesAutoIncrement, count > 0 { _ = try result() }
        } catch { throw BlockFailure(status: error.status, address: address) }
    }

    mutating func readWord(_ address: UInt32, port: UInt8) throws(BlockFailure) -> UInt32 {
        var bytes: [UInt8] = [0, 0, 0, 0]
        try read(Block(address: address, port: port), into: &bytes)
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    mutating func writeWord(_ address: UInt32, _ value: UInt32, port: UInt8) throws(BlockFailure) {
        try write(
            Block(address: address, port: port), (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
    }
}
