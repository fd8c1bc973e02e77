// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The hardware around an ST-LINK firmware: USB identity, clocks and what each step costs.
struct STLinkPersonality {
    enum Model { case v2, v21, v3 }

    var model: Model
    var firmware: STLinkFirmware
    var productID: UInt16
    /// Twelve raw bytes, as the chip's unique id gives them.
    var serial: [UInt8]
    /// ADC counts of the 1.2 V reference.
    var referenceCounts: UInt32 = 1_691
    /// Whether the probe refuses memory of access ports nobody opened.
    var enforcesOpenAccessPorts: Bool
    /// From a command's arrival to its first effect, plus preparing the answer.
    var commandOverhead: Picoseconds
    /// Firmware time for each word of a block, besides the wire.
    var wordOverhead: Picoseconds

    init(_ model: Model, firmware: STLinkFirmware) {
        (self.model, self.firmware) = (model, firmware)
        enforcesOpenAccessPorts = firmware.enforcesOpenAccessPorts
        switch model {
        case .v2:
            productID = 0x3748
            serial = [0x53, 0xFF, 0x6D, 0x06, 0x48, 0x82, 0x57, 0x51, 0x40, 0x27, 0x11, 0x87]
        case .v21:
            productID = 0x374B
            serial = [0x06, 0x6A, 0xFF, 0x50, 0x52, 0x83, 0x89, 0x87, 0x67, 0x18, 0x24, 0x31]
        case .v3:
            productID = 0x374E
            serial = [0x00, 0x4E, 0x00, 0x39, 0x31, 0x37, 0x51, 0x0D, 0x39, 0x38, 0x35, 0x38]
        }
        // V2: fitted to a capture of V2J16 (85 µs for a word of three transfers at 1.8 MHz). Later firmware and V3:
        // no capture is public; what is left when wire and cable are all that takes time, and more than was ever
        // published (``slowDown()``).
        commandOverhead = model == .v3 ? .microseconds(10) : .microseconds(40)
        wordOverhead =
            model == .v3
            ? .nanoseconds(300) : firmware.usesAutoIncrement ? .nanoseconds(1_500) : .nanoseconds(8_300)
    }

    /// Block rates no better than the best that were published (OpenOCD e44539d66): 1 MB/s of a V3 at 24 MHz, 150 kB/s of a
    /// V2-1 at 4 MHz.
    ///
    /// 6144 bytes then take 6 and 41 ms.
    mutating func slowDown() {
        wordOverhead = max(wordOverhead, model == .v3 ? .nanoseconds(1_700) : .nanoseconds(10_000))
        commandOverhead = 2 &* commandOverhead
    }

    /// SWCLK settings a V3 offers, in kHz.
    static let frequencyTable: [UInt32] = [24_000, 8_000, 3_300, 1_000, 200, 50, 5]
    /// SWCLK of a V2 by divisor: 72 MHz and 20 clocks of a software loop per bit.
    static func swdFrequency(divisor: UInt16) -> UInt32 { 72_000_000 / (20 * (UInt32(divisor) + 1)) }

    var scatterGatherLimit: UInt32 { model == .v3 ? 1_227 : 64 }
    var maximumTraceRate: UInt32 { model == .v3 ? 24_000_000 : 2_250_000 }

    var endpoints: (out: UInt8, input: UInt8, trace: UInt8, packetSize: Int) {
        switch model {
        case .v2: (0x02, 0x81, 0x83, 64)
        case .v21: (0x01, 0x81, 0x82, 64)
        case .v3: (0x01, 0x81, 0x82, 512)
        }
    }

    /// Interfaces and endpoints of drive and serial port; nil where there are none.
    var companions: Companions? { model == .v2 ? nil : Companions() }
    struct Companions {
        let storage = (interface: UInt16(1), out: UInt8(0x03), input: UInt8(0x83))
        let serial = (interface: UInt16(2), out: UInt8(0x05))
    }

    var descriptors: DescriptorSet {
        switch model {
        case .v2: simpleDescriptors
        case .v21, .v3: compositeDescriptors
        }
    }

    private var serialUnits: [UInt16] {
        guard firmware.hasTextSerial else { return serial.map(UInt16.init) }
        let digits = Array("0123456789ABCDEF".utf16)
        return serial.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
    }

    /// As captured from a V2 (bcdDevice 1.00, one vendor interface, three bulk endpoints, 100 mA).
    private var simpleDescriptors: DescriptorSet {
        var builder = DescriptorBuilder()
        let manufacturer = builder.string("STMicroelectronics")
        let product = builder.string("STM32 STLink")
        let serial = builder.string(units: serialUnits)
        let name = builder.string("ST Link")
        builder.interface(0xFF, 0xFF, 0xFF, name: name, [.bulk(0x81, 64), .bulk(0x02, 64), .bulk(0x83, 64)])
        return builder.build(
            .init(
                vendorID: 0x0483, productID: productID, release: 0x0100, manufacturer: manufacturer,
                product: product,
                serial: serial, power: 50), speed: .full)
    }

    /// Debug, mass storage and virtual serial port.
    private var compositeDescriptors: DescriptorSet {
        let isV3 = model == .v3
        let size: UInt16 = isV3 ? 512 : 64
        var builder = DescriptorBuilder()
        let manufacturer = builder.string("STMicroelectronics")
        let product = builder.string(isV3 ? "STLINK-V3" : "STM32 STLink")
        let serial = builder.string(units: serialUnits)
        let debug = builder.string("ST-Link Debug")
        let storage = builder.string("ST-Link Storage")
        let serialPort = builder.string("ST-Link VCP Ctrl")
        let serialData = builder.string("ST-Link VCP Data")
        builder.interface(
            0xFF, 0xFF, 0xFF, name: debug, [.bulk(0x01, size), .bulk(0x81, size), .bulk(0x82, size)])
        builder.interface(0x08, 0x06, 0x50, name: storage, [.bulk(0x83, size), .bulk(0x03, size)])
        builder.association(of: 2, 2, 2, 1)
        // Header, call management, abstract control, union (CDC 1.2 §5.2.3, PSTN 1.2 §5.3).
        builder.interface(
            0x02, 0x02, 0x01, name: serialPort,
            functional: [5, 0x24, 0, 0x10, 1, 5, 0x24, 1, 0, 3, 4, 0x24, 2, 6, 5, 0x24, 6, 2, 3],
            [.interrupt(0x84, 10, interval: 255)])
        builder.interface(0x0A, 0x00, 0x00, name: serialData, [.bulk(0x05, size), .bulk(0x85, size)])
        return builder.build(
            .init(
                vendorID: 0x0483, productID: productID, release: 0x0100, deviceClass: [0xEF, 0x02, 0x01],
                manufacturer: manufacturer, product: product, serial: serial, power: isV3 ? 250 : 150),
            speed: isV3 ? .high : .full)
    }
}
