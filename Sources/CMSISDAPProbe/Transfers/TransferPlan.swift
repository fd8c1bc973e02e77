// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// A batch of operations as the fewest packets that carry it, in order.
struct TransferPlan {
    let packets: [DAPPacket]
    /// What DP SELECT holds before; nil when that is not known.
    private let initialSelect: UInt32?

    /// `select` is what DP SELECT holds now, nil when that is not known.
    init(_ operations: [DAPOperation], limits: PacketLimits, select: UInt32?) {
        var planner = TransferPlanner(limits: limits, select: select)
        for (index, operation) in operations.enumerated() { planner.add(operation, index) }
        packets = planner.finish()
        initialSelect = select
    }

    /// What DP SELECT holds once `count` packets have been done and `transfers` of the one after them.
    ///
    /// After a FAULT this must be right: while a sticky flag is set SELECT cannot be written, and without
    /// knowing the bank CTRL/STAT could not be read to see which flag it is.
    func select(after count: Int, transfers: Int = 0) -> UInt32? {
        var select = initialSelect
        for (index, packet) in packets.prefix(count + 1).enumerated() {
            select = packet.lastSelect(within: index < count ? .max : transfers) ?? select
        }
        return select
    }
}

extension DAPPacket {
    /// The last value its first `count` transfers write to DP SELECT.
    fileprivate func lastSelect(within count: Int) -> UInt32? {
        guard case .transfers(let command) = self else { return nil }
        let select = TransferRequest(accessPort: false, read: false, address: DebugPortAddress.select)
        return command.transfers.prefix(count).last { $0.request == select }?.value
    }
}

/// Fills packets with transfers.
private struct TransferPlanner {
    private let limits: PacketLimits
    private var select: UInt32?
    private var packets: [DAPPacket] = []
    /// The DAP_Transfer packet being filled.
    private var open: [QueuedTransfer] = []
    private var requestSize = DAPTransfer.requestHeader
    private var responseSize = DAPTransfer.responseHeader

    init(limits: PacketLimits, select: UInt32?) { (self.limits, self.select) = (limits, select) }

    mutating func finish() -> [DAPPacket] {
        close()
        return packets
    }

    mutating func add(_ operation: DAPOperation, _ index: Int) {
        switch operation {
        case .read(let register):
            put(request(for: register, read: true, index), nil, index)
        case .write(.accessPort(let port, AccessPortAddress.transferAddress), let value):
            let register = DAPRegister.accessPort(port, AccessPortAddress.transferAddress)
            put(request(for: register, read: false, index), value, index, isStreamed: true)
        case .write(let register, let value):
            write(value, to: register, index)
        case .readRepeated(let register, let count):
            guard count > 0 else { return }
            read(request(for: register, read: true, index), count: count, index)
        case .writeRepeated(let register, let values):
            guard !values.isEmpty else { return }
            switch register {
            case .debugPort(DebugPortAddress.abort, _), .debugPort(DebugPortAddress.select, _):
                for value in values { write(value, to: register, index) }
            case .debugPort, .accessPort:
                write(values, request(for: register, read: false, index), index)
            }
        }
    }

    private mutating func write(_ value: UInt32, to register: DAPRegister, _ index: Int) {
        switch register {
        case .debugPort(DebugPortAddress.abort, _):
            close()
            packets.append(.abort(DAPWriteAbort(value: value), operation: index))
        case .debugPort(DebugPortAddress.select, _):
            writeSelect(value, index)
        case .debugPort, .accessPort:
            put(request(for: register, read: false, index), value, index)
        }
    }

    private mutating func read(_ request: TransferRequest, count: Int, _ index: Int) {
        var left = count
        // The first words ride in a packet that has to be sent anyway.
        while left > 0, !open.isEmpty, fits(request) {
            put(request, nil, index, isStreamed: request.isAccessPort)
            left -= 1
        }
        guard left > 1 else {
            if left == 1 { put(request, nil, index, isStreamed: request.isAccessPort) }
            return
        }
        close()
        while left > 0 {
            let words = limits.blockReads(of: left)
            packets.append(.block(DAPTransferBlock(request: request, count: words), operation: index))
            left -= words
        }
    }

    private mutating func write(_ values: [UInt32], _ request: TransferRequest, _ index: Int) {
        var left = values[...]
        while let value = left.first, !open.isEmpty, fits(request) {
            put(request, value, index)
            left.removeFirst()
        }
        guard left.count > 1 else {
            if let value = left.first { put(request, value, index) }
            return
        }
        close()
        while !left.isEmpty {
            let words = left.prefix(limits.blockWrites)
            packets.append(
                .block(
                    DAPTransferBlock(request: request, count: words.count, values: words), operation: index))
            left = left.dropFirst(words.count)
        }
    }
}

extension TransferPlanner {
    /// The request that reaches the register, after whatever SELECT it needs.
    private mutating func request(for register: DAPRegister, read: Bool, _ index: Int) -> TransferRequest {
        switch register {
        case .debugPort(let address, let bank):
            // Only the register at 4 is banked in every DP; the others mean the same with any bank, if none
            // is asked for.
            if address == DebugPortAddress.banked || bank != 0 {
                set(select: (select ?? 0) & ~0xf | UInt32(bank & 0xf), index)
            }
            return TransferRequest(accessPort: false, read: read, address: address)
        case .accessPort(let port, let offset):
            let bank = (select ?? 0) & 0xf
            set(select: UInt32(port) << 24 | UInt32(offset & 0xf0) | bank, index)
            return TransferRequest(accessPort: true, read: read, address: offset)
        }
    }

    private mutating func set(select value: UInt32, _ index: Int) {
        if select != value { writeSelect(value, index) }
    }

    private mutating func writeSelect(_ value: UInt32, _ index: Int) {
        put(TransferRequest(accessPort: false, read: false, address: DebugPortAddress.select), value, index)
        select = value
    }

    private func fits(_ request: TransferRequest) -> Bool {
        open.count < DAPTransfer.mostTransfers
            && requestSize + (request.isRead ? 1 : 5) <= limits.packetSize
            && responseSize + (request.isRead ? 4 : 0) <= limits.packetSize
    }

    private mutating func put(
        _ request: TransferRequest, _ value: UInt32?, _ index: Int, isStreamed: Bool = false
    ) {
        if !fits(request) { close() }
        open.append(
            QueuedTransfer(request: request, value: value, operation: index, isStreamed: isStreamed))
        requestSize += request.isRead ? 1 : 5
        responseSize += request.isRead ? 4 : 0
    }

    private mutating func close() {
        guard !open.isEmpty else { return }
        packets.append(.transfers(DAPTransfer(transfers: open)))
        open = []
        (requestSize, responseSize) = (DAPTransfer.requestHeader, DAPTransfer.responseHeader)
    }
}

/// MEM-AP registers that concern the driver (ADIv5.2 §C2.6).
enum AccessPortAddress {
    /// TAR: changes nothing but where DRW reads and writes.
    static let transferAddress: UInt8 = 0x04
}

/// DP registers that concern the driver (ADIv5.2 §B2.2).
enum DebugPortAddress {
    static let abort: UInt8 = 0x0
    static let identification: UInt8 = 0x0
    /// CTRL/STAT, DLCR, TARGETID… by SELECT.DPBANKSEL.
    static let banked: UInt8 = 0x4
    static let select: UInt8 = 0x8
}
