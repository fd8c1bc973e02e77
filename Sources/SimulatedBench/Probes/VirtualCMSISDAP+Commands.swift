// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The command set, with the answers of ARM's reference firmware (CMSIS-DAP 2.1).
extension VirtualCMSISDAP {
    /// One whole request to its response.
    func process(_ bytes: [UInt8]) -> [UInt8] {
        var request = CMSISDAPRequest(bytes)
        // Queued commands are executed, and answered, as if they had been sent at once.
        guard request.first == 0x7F || request.first == 0x7E else { return command(&request) }
        _ = request.byte()
        let count = request.byte()
        var response: [UInt8] = [0x7F, count]
        for _ in 0..<count where !request.isAtEnd { response += command(&request) }
        return response
    }

    private func command(_ request: inout CMSISDAPRequest) -> [UInt8] {
        let identifier = request.byte()
        switch identifier {
        case 0x00: return info(request.byte())
        case 0x01:
            let type = request.byte()
            _ = request.byte()
            return [0x01, type <= 1 ? 0x00 : 0xFF]
        case 0x02: return [0x02, connect(request.byte())]
        case 0x03:
            disconnect()
            return [0x03, 0x00]
        case 0x04:
            wire.idleCycles = Int(request.byte())
            waitRetries = Int(request.halfword())
            matchRetries = Int(request.halfword())
            return [0x04, 0x00]
        case 0x05: return [0x05] + transfer(&request)
        case 0x06: return [0x06] + transferBlock(&request)
        case 0x08: return [0x08, writeAbort(&request)]
        case 0x09:
            clock.spend(.microseconds(UInt64(request.halfword())))
            return [0x09, 0x00]
        // No device-specific reset is implemented.
        case 0x0A: return [0x0A, 0x00, 0x00]
        case 0x10: return [0x10, setPins(&request)]
        case 0x11: return [0x11, setClock(request.word())]
        case 0x12: return [0x12, sequence(&request)]
        case 0x13:
            let configuration = request.byte()
            wire.turnaround = Int(configuration & 3) + 1
            wire.forcesDataPhase = configuration & 4 != 0
            return [0x13, 0x00]
        // The probe has no JTAG: every command of it fails.
        case 0x14, 0x15, 0x16: return [identifier, 0xFF]
        case 0x1D where personality.hasSWDSequence: return [0x1D] + serialWireSequence(&request)
        default: return [0xFF]
        }
    }

    // MARK: - General

    private func info(_ identifier: UInt8) -> [UInt8] {
        // A text counts its final NUL; one that is not there has length 0.
        func text(_ text: String) -> [UInt8] { text.isEmpty ? [] : Array(text.utf8) + [0] }
        let value: [UInt8]
        switch identifier {
        case 0x01: value = text(personality.vendor)
        case 0x02: value = text(personality.product)
        case 0x03: value = text(personality.serial)
        case 0x04: value = text(personality.protocolVersion)
        // The board is not known to the probe.
        case 0x05...0x08: value = []
        case 0x09: value = text(personality.firmwareVersion)
        case 0xF0: value = personality.capabilities
        case 0xF1 where personality.capabilities[0] & 0x20 != 0: value = Self.bytes(1_000_000)
        case 0xFE: value = [UInt8(personality.packetCount)]
        case 0xFF: value = DescriptorBuilder.u16(UInt16(personality.packetSize))
        default:
            if personality.unknownInfoIsInvalid { return [0xFF] }
            value = []
        }
        return [0x00, UInt8(value.count)] + value
    }

    private func connect(_ wanted: UInt8) -> UInt8 {
        disconnect()
        guard wanted <= 1 else { return 0 }
        port = .serialWire
        return port.rawValue
    }

    private func setClock(_ hertz: UInt32) -> UInt8 {
        guard hertz > 0 else { return 0xFF }
        wire.setFrequency(min(hertz, personality.maximumClock))
        return 0x00
    }

    static func bytes(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }

    // MARK: - Pins and sequences

    /// SWCLK 0, SWDIO 1, TDI 2, TDO 3, nTRST 5, nRESET 7.
    private func setPins(_ request: inout CMSISDAPRequest) -> UInt8 {
        let (output, select, wait) = (request.byte(), request.byte(), min(request.word(), 3_000_000))
        if port == .serialWire { drivePins(output, select) }
        var levels = readPins()
        let end = clock.now &+ .microseconds(UInt64(wait))
        while (levels ^ output) & select != 0, clock.now < end {
            clock.spend(min(.microseconds(50), end &- clock.now))
            levels = readPins()
        }
        return levels
    }
    private func drivePins(_ output: UInt8, _ select: UInt8) {
        if select & 2 != 0 { pins.data = output & 2 != 0 }
        if select & 1 != 0 {
            let level = output & 1 != 0
            if level, !pins.clock { _ = wire.tick(pins.data) }
            pins.clock = level
        }
        if select & 0x80 != 0 { wire.holdsReset = output & 0x80 == 0 }
    }
    private func readPins() -> UInt8 {
        (pins.clock ? 1 : 0) | (pins.data ? 2 : 0) | 0x2C | (wire.resetPinIsHigh ? 0x80 : 0)
    }

    private func sequence(_ request: inout CMSISDAPRequest) -> UInt8 {
        let count = request.byte()
        var left = count == 0 ? 256 : Int(count)
        while left > 0 {
            let bits = min(left, 8)
            drive(UInt64(request.byte()), bits)
            left -= bits
        }
        return 0x00
    }
    /// Clocks reach the target only while the pins are on.
    private func drive(_ bits: UInt64, _ count: Int) {
        guard port == .serialWire else { return }
        wire.write(bits, bits: count)
    }

    private func serialWireSequence(_ request: inout CMSISDAPRequest) -> [UInt8] {
        var response: [UInt8] = [0x00]
        for _ in 0..<request.byte() {
            let information = request.byte()
            var left = information & 0x3F == 0 ? 64 : Int(information & 0x3F)
            while left > 0 {
                let bits = min(left, 8)
                if information & 0x80 == 0 {
                    drive(UInt64(request.byte()), bits)
                } else {
                    response.append(sample(bits))
                }
                left -= bits
            }
        }
        return response
    }
    private func sample(_ count: Int) -> UInt8 {
        guard port == .serialWire else { return 0 }
        var value: UInt8 = 0
        for bit in 0..<count where wire.tick(nil) { value |= 1 << UInt8(bit) }
        return value
    }
}
