// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

/// A probe with a debug port behind it: sticky flags, power-up and access ports, and failures on demand.
package final class FakeProbe: DebugProbe {
    package let description = ProbeDescription(kind: "fake", product: "fake", serial: nil, firmware: "1")
    package var accessPorts: [UInt8: FakeAccessPort] = [:]
    package var identification: UInt32 = 0x6BA0_2477
    package var volts: Double? = 3.3

    /// Every batch as it was asked for.
    package private(set) var batches: [[DAPOperation]] = []
    /// Calls that are no batches, in order with them: `connect`, `line reset`, `nRST low`, `batch 3`.
    package private(set) var events: [String] = []
    /// What batch N answers instead, counted over the life of the probe.
    package var failures: [Int: ProbeError] = [:]
    /// Asked before each batch.
    package var interfere: (FakeProbe) -> ProbeError? = { _ in nil }

    // The debug port.
    package var acknowledgesPower = true
    package private(set) var isPowered = false
    package var stickyFlags: UInt32 = 0
    package private(set) var aborts: [UInt32] = []
    package var isInReset = false
    package var onReset: (Bool) -> Void = { _ in }

    /// Bytes in one block command by width, nil without block commands.
    package var blockLimit: Int?
    package private(set) var blocks: [String] = []
    package var blockFailures: [Int: ProbeError] = [:]

    package private(set) var clock = Hertz.megahertz(1)

    package init() {}

    package func connect(clock: Hertz) throws(ProbeError) {
        events.append("connect")
        self.clock = clock
    }
    package func disconnect() throws(ProbeError) { events.append("disconnect") }
    package func resetLine() throws(ProbeError) { events.append("line reset") }
    package func setClock(_ clock: Hertz) throws(ProbeError) -> Hertz {
        self.clock = clock
        return clock
    }
    package func targetVoltage() throws(ProbeError) -> Double? { volts }
    package func driveReset(_ asserted: Bool) throws(ProbeError) {
        events.append(asserted ? "nRST low" : "nRST released")
        isInReset = asserted
        onReset(asserted)
    }

    package func execute(_ operations: [DAPOperation]) throws(ProbeError) -> [UInt32] {
        events.append("batch \(batches.count)")
        batches.append(operations)
        if let failure = failures[batches.count - 1] { throw failure }
        if let failure = interfere(self) { throw failure }
        var values: [UInt32] = []
        for (index, operation) in operations.enumerated() {
            guard perform(operation, &values) else {
                throw .acknowledge(.fault, operation: index, valuesRead: values)
            }
        }
        return values
    }

    private func perform(_ operation: DAPOperation, _ values: inout [UInt32]) -> Bool {
        switch operation {
        case .read(let register): return read(register, &values)
        case .write(let register, let value): return write(register, value)
        case .readRepeated(let register, let count):
            for _ in 0..<count where !read(register, &values) { return false }
        case .writeRepeated(let register, let items):
            for item in items where !write(register, item) { return false }
        }
        return true
    }

    private func read(_ register: DAPRegister, _ values: inout [UInt32]) -> Bool {
        switch register {
        case .debugPort(0x0, _): values.append(identification)
        case .debugPort(0x4, _): values.append(status)
        case .debugPort: values.append(0)
        case .accessPort(let index, let offset):
            guard stickyFlags == 0, isPowered else { return false }
            guard let port = accessPorts[index] else {
                values.append(0)
                return true
            }
            guard let value = port.read(offset) else {
                stickyFlags |= 1 << 5
                return false
            }
            values.append(value)
        }
        return true
    }

    private func write(_ register: DAPRegister, _ value: UInt32) -> Bool {
        switch register {
        case .debugPort(0x0, _): abort(value)
        case .debugPort(0x4, _): isPowered = value >> 28 & 5 == 5 && acknowledgesPower
        case .debugPort: break
        case .accessPort(let index, let offset):
            guard stickyFlags == 0, isPowered else { return false }
            guard accessPorts[index]?.write(offset, value) ?? true else {
                stickyFlags |= 1 << 5
                return false
            }
        }
        return true
    }

    package func losePower() { isPowered = false }

    private var status: UInt32 { (isPowered ? 0xF000_0000 : 0) | stickyFlags }

    /// Each bit of ABORT clears its own flag and no other.
    private func abort(_ value: UInt32) {
        aborts.append(value)
        for (bit, flag) in [(1, 4), (2, 5), (3, 7), (4, 1)] as [(UInt32, UInt32)] where value >> bit & 1 == 1
        {
            stickyFlags &= ~(1 << flag)
        }
    }

    package func blockMemory(accessPort: UInt8) throws(ProbeError) -> (any BlockMemory)? {
        guard let blockLimit, let port = accessPorts[accessPort] else { return nil }
        return FakeBlockMemory(limit: blockLimit, port: port) { line in
            self.blocks.append(line)
            return self.blockFailures[self.blocks.count - 1]
        }
    }
}

/// Block commands that refuse what their contract forbids.
private final class FakeBlockMemory: BlockMemory {
    private let limit: Int
    private let port: FakeAccessPort
    private let log: (String) -> ProbeError?

    init(limit: Int, port: FakeAccessPort, log: @escaping (String) -> ProbeError?) {
        (self.limit, self.port, self.log) = (limit, port, log)
    }

    func maximumCount(_ width: AccessWidth) -> Int { width == .byte ? min(limit, 64) : limit }

    private func check(_ count: Int, _ address: UInt32, _ width: AccessWidth, _ csw: UInt32) {
        precondition(count > 0 && count <= maximumCount(width), "block too long")
        precondition(count % width.rawValue == 0 && Int(address) % width.rawValue == 0, "misaligned block")
        precondition(csw >> 24 != 0, "CSW without attributes")
    }

    func read(_ count: Int, at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError) -> [UInt8]
    {
        check(count, address, width, csw)
        if let failure = log("read \(count) at \(address.hex) as \(width)") { throw failure }
        var bytes: [UInt8] = []
        for offset in stride(from: 0, to: count, by: width.rawValue) {
            let place = address + UInt32(offset)
            guard let data = port.memory.read(place, width) else {
                throw .memoryAccess(.fault, address: place, status: 0x11)
            }
            for byte in 0..<UInt32(width.rawValue) {
                bytes.append(UInt8(truncatingIfNeeded: data >> (((place + byte) & 3) * 8)))
            }
        }
        return bytes
    }

    package func readUnchecked(_ count: Int, at address: UInt32, csw: UInt32) throws(ProbeError) -> [UInt8] {
        try read(count, at: address, width: .word, csw: csw)
    }
    func write(_ bytes: [UInt8], at address: UInt32, width: AccessWidth, csw: UInt32) throws(ProbeError) {
        check(bytes.count, address, width, csw)
        if let failure = log("write \(bytes.count) at \(address.hex) as \(width)") { throw failure }
        for offset in stride(from: 0, to: bytes.count, by: width.rawValue) {
            let place = address + UInt32(offset)
            var data: UInt32 = 0
            for byte in 0..<width.rawValue {
                data |= UInt32(bytes[offset + byte]) << (((place + UInt32(byte)) & 3) * 8)
            }
            guard port.memory.write(data, place, width) else {
                throw .memoryAccess(.fault, address: place, status: 0x11)
            }
        }
    }
}
