// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The part of an ST-LINK's firmware that talks SWD: connecting, registers, memory blocks.
struct STLinkTarget {
    let wire: SerialWireHost
    let firmware: STLinkFirmware
    let wordOverhead: Picoseconds
    /// SELECT as last written by the firmware; nil when the host may have changed it.
    private var select: UInt32?
    private(set) var identification: UInt32 = 0
    private var peripheralPorts: [UInt8: Bool] = [:]

    /// How the firmware goes on after WAIT before it reports it.
    private static let waitRetries = 4

    init(wire: SerialWireHost, firmware: STLinkFirmware, wordOverhead: Picoseconds) {
        (self.wire, self.firmware, self.wordOverhead) = (wire, firmware, wordOverhead)
    }

    /// Why an access did not happen.
    struct Failure: Error { var status: STLinkStatus }

    // MARK: - Transfers

    @discardableResult
    func transfer(_ request: SWDRequest, _ value: UInt32 = 0) throws(Failure) -> UInt32 {
        var reply = wire.transfer(request, writing: value)
        for _ in 0..<Self.waitRetries where reply.isWait { reply = wire.transfer(request, writing: value) }
        guard reply.isOkay else {
            throw Failure(status: STLinkStatus(reply, isAccessPort: request.isAccessPort))
        }
        return reply.value
    }

    mutating func point(at port: UInt8, bank: UInt8) throws(Failure) {
        let wanted = UInt32(port) << 24 | UInt32(bank & 0xF0)
        guard select != wanted else { return }
        select = nil
        try transfer(.writeDP(0x8), wanted)
        select = wanted
    }

    // MARK: - Connecting

    /// Line reset, JTAG-to-SWD, line reset, DPIDR, power-up.
    mutating func connect() throws(Failure) {
        (select, peripheralPorts) = (nil, [:])
        wire.write(.max, bits: 56)
        wire.write(0xE79E, bits: 16)
        wire.write(.max, bits: 56)
        wire.write(0, bits: 8)
        let reply = wire.transfer(.readDP(0))
        guard reply.isOkay else { throw Failure(status: .identificationError) }
        identification = reply.value
        try transfer(.writeDP(0), 0x1E)
        try transfer(.writeDP(0x8), 0)
        select = 0
        try transfer(.writeDP(0x4), 0x5000_0000)
        for _ in 0..<100 {
            if try transfer(.readDP(0x4)) & 0xA000_0000 == 0xA000_0000 { return }
            wire.clock.spend(.microseconds(100))
        }
        throw Failure(status: .debugPortError)
    }

    /// Clears every sticky flag; the flags tell of what was already reported.
    mutating func recover() {
        _ = wire.transfer(.writeDP(0), writing: 0x1E)
        select = nil
    }

    // MARK: - Raw registers

    /// `address` carries the bank in its upper digit.
    mutating func readDebugPort(_ address: UInt8) throws(Failure) -> UInt32 {
        try withBank(address) { (target) throws(Failure) in try target.transfer(.readDP(address)) }
    }
    mutating func writeDebugPort(_ address: UInt8, _ value: UInt32) throws(Failure) {
        if address & 0xC == 8 { select = nil }
        _ = try withBank(address) { (target) throws(Failure) in try target.transfer(.writeDP(address), value)
        }
    }
    /// Selects a DP bank around the access; SELECT goes back to bank 0.
    private mutating func withBank<Value>(
        _ address: UInt8, _ access: (borrowing STLinkTarget) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard firmware.hasBankedDebugPort, address >= 0x10 else { return try access(self) }
        let restored = select ?? 0
        select = nil
        try transfer(.writeDP(0x8), restored & 0xFF00_00F0 | UInt32(address >> 4))
        let value = try access(self)
        try transfer(.writeDP(0x8), restored)
        select = restored
        return value
    }

    mutating func readPort(_ port: UInt8, _ address: UInt8) throws(Failure) -> UInt32 {
        try point(at: port, bank: address)
        try transfer(.readAP(address))
        return try result()
    }
    /// Posted: an error shows with the next access.
    mutating func writePort(_ port: UInt8, _ address: UInt8, _ value: UInt32) throws(Failure) {
        var value = value
        // Asking for the kind of port moves SELECT, so it comes first.
        if address == 0, try isPeripheralBus(port) { value |= 1 << 31 }
        try point(at: port, bank: address)
        try transfer(.writeAP(address), value)
    }

    /// RDBUFF; what goes wrong there went wrong at the access port.
    func result() throws(Failure) -> UInt32 {
        do { return try transfer(.readDP(0xC)) } catch {
            switch error.status {
            case .debugPortWait: throw Failure(status: .accessPortWait)
            case .debugPortFault: throw Failure(status: .accessPortFault)
            default: throw error
            }
        }
    }

    /// Whether the port is an APB-AP (IDR type 2); asked once per connection.
    mutating func isPeripheralBus(_ port: UInt8) throws(Failure) -> Bool {
        if let known = peripheralPorts[port] { return known }
        let isPeripheral = try readPort(port, 0xFC) & 0xF == 2
        peripheralPorts[port] = isPeripheral
        return isPeripheral
    }
}
