// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One SWD packet request as it stands on the wire (ADIv5.2 §B4.1.1).
struct SWDRequest: Hashable {
    /// True: an access port register; false: a debug port register.
    var isAccessPort: Bool
    var isRead: Bool
    /// Register address, A[3:2]: 0x0, 0x4, 0x8 or 0xC.
    var address: UInt8

    init(isAccessPort: Bool, isRead: Bool, address: UInt8) {
        (self.isAccessPort, self.isRead, self.address) = (isAccessPort, isRead, address & 0xC)
    }

    static func readDP(_ address: UInt8) -> SWDRequest {
        .init(isAccessPort: false, isRead: true, address: address)
    }
    static func writeDP(_ address: UInt8) -> SWDRequest {
        .init(isAccessPort: false, isRead: false, address: address)
    }
    static func readAP(_ address: UInt8) -> SWDRequest {
        .init(isAccessPort: true, isRead: true, address: address)
    }
    static func writeAP(_ address: UInt8) -> SWDRequest {
        .init(isAccessPort: true, isRead: false, address: address)
    }

    /// Start, APnDP, RnW, A2, A3, parity, stop, park; the first on the wire is bit 0.
    var header: UInt8 {
        let fields: UInt8 = (isAccessPort ? 1 : 0) | (isRead ? 2 : 0) | address
        let parity: UInt8 = fields.nonzeroBitCount & 1 == 1 ? 1 : 0
        return 0x81 | fields << 1 | parity << 5
    }

    /// Nil unless start, parity, stop and park are right.
    init?(header: UInt8) {
        let fields = header >> 1 & 0xF
        let parity = header >> 5 & 1
        guard header & 0xC1 == 0x81, fields.nonzeroBitCount & 1 == Int(parity) else { return nil }
        self.init(isAccessPort: fields & 1 != 0, isRead: fields & 2 != 0, address: fields & 0xC)
    }
}

/// What the probe saw of one SWD transfer.
struct SWDReply: Hashable {
    /// The three ACK bits, first on the wire in bit 0 (ADIv5.2 §B4.2).
    enum Acknowledge: UInt8 {
        case okay = 1, wait = 2, fault = 4
        /// Nobody drove the line.
        case none = 7
    }

    /// Raw ACK; a garbled line gives values outside ``Acknowledge``.
    var acknowledge: UInt8
    var value: UInt32
    /// Data parity of a read as the probe checked it.
    var parityIsGood: Bool

    init(_ acknowledge: UInt8, value: UInt32 = 0, parityIsGood: Bool = true) {
        (self.acknowledge, self.value, self.parityIsGood) = (acknowledge, value, parityIsGood)
    }
    init(_ acknowledge: Acknowledge, value: UInt32 = 0) { self.init(acknowledge.rawValue, value: value) }

    var isOkay: Bool { acknowledge == Acknowledge.okay.rawValue && parityIsGood }
    var isWait: Bool { acknowledge == Acknowledge.wait.rawValue }
    var isFault: Bool { acknowledge == Acknowledge.fault.rawValue }
}
