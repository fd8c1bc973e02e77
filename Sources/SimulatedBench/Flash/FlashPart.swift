// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What tells one serial NOR part from another, as data.
struct FlashPart: Sendable {
    var name: String
    /// What 9Fh answers in SPI mode: manufacturer, type, capacity.
    var identification: [UInt8]
    /// What 9Fh answers in QPI mode; nil if the part has no QPI (38h is then ignored).
    var quadIdentification: [UInt8]?
    /// The device id of 90h, 92h, 94h and ABh.
    var deviceID: UInt8
    var quadEnable: QuadEnable
    var hertzLimit: UInt64 = 133_000_000
    /// 03h has no dummy clocks and is slower than the rest.
    var plainReadHertzLimit: UInt64 = 50_000_000
    var timing = FlashTiming.w25q128jv
    var discovery = FlashDiscovery.w25q128

    var hasQuadInterface: Bool { quadIdentification != nil }
    /// Cells of the array, from the capacity byte of the id.
    var count: Int { 1 << Int(identification.last ?? 24) }
    /// The non-volatile registers as they leave the factory; DRV1-0 = 11b is the weakest driver.
    var factoryState: FlashState {
        FlashState(statusRegisters: [0, quadEnable == .fixed ? 2 : 0, 0x60])
    }

    /// SR2.QE (W25Q128JV datasheet rev H §7.1).
    enum QuadEnable {
        /// Parts IQ, IN and JQ: 1, whatever is written.
        case fixed
        /// Parts IM and JM, and the older families: 0 from the factory.
        case writable
    }
}

extension FlashPart {
    /// W25Q128JV-IQ: SPI only, QE fixed at 1 (datasheet rev F §8.1.1, rev H §7.1).
    static let w25q128jvIQ = FlashPart(
        name: "W25Q128JV-IQ", identification: [0xEF, 0x40, 0x18], quadIdentification: nil, deviceID: 0x17,
        quadEnable: .fixed)
    /// W25Q128JV-IM: the QPI and DTR variant with another id and QE off.
    static let w25q128jvIM = FlashPart(
        name: "W25Q128JV-IM", identification: [0xEF, 0x70, 0x18], quadIdentification: [0xEF, 0x70, 0x18],
        deviceID: 0x17, quadEnable: .writable)
    /// W25Q128FV: answers like a JV-IQ in SPI mode, and has QPI.
    static let w25q128fv = FlashPart(
        name: "W25Q128FV", identification: [0xEF, 0x40, 0x18], quadIdentification: [0xEF, 0x60, 0x18],
        deviceID: 0x17, quadEnable: .writable)

    /// The part on a board with this fault; nil: none, or one without a supply.
    static func fitted(_ fault: BenchConfiguration.FlashFault) -> FlashPart? {
        switch fault {
        case .absent, .unpowered: nil
        case .wrongID: .w25q128jvIM
        // Parts with the id of a JV-IQ whose QE bit can be 0, and that have QPI.
        case .qpi, .quadDisabled: .w25q128fv
        default: .w25q128jvIQ
        }
    }
}

/// The SFDP area of a part: 256 bytes, FFh where nothing is defined (JESD216A).
enum FlashDiscovery {
    /// Read from a real EF4018 part.
    static let w25q128: [UInt8] = {
        var bytes = [UInt8](repeating: 0xFF, count: 256)
        let header: [UInt8] = [
            0x53, 0x46, 0x44, 0x50, 0x05, 0x01, 0x00, 0xFF, 0x00, 0x05, 0x01, 0x10, 0x80, 0x00, 0x00, 0xFF,
        ]
        let parameters: [UInt8] = [
            0xE5, 0x20, 0xF9, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x44, 0xEB, 0x08, 0x6B, 0x08, 0x3B, 0x42, 0xBB,
            0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0xFF, 0xFF, 0x40, 0xEB, 0x0C, 0x20, 0x0F, 0x52,
            0x10, 0xD8, 0x00, 0x00, 0x36, 0x02, 0xA6, 0x00, 0x82, 0xEA, 0x14, 0xC9, 0xE9, 0x63, 0x76, 0x33,
            0x7A, 0x75, 0x7A, 0x75, 0xF7, 0xA2, 0xD5, 0x5C, 0x19, 0xF7, 0x4D, 0xFF, 0xE9, 0x30, 0xF8, 0x80,
        ]
        bytes.replaceSubrange(0..<header.count, with: header)
        bytes.replaceSubrange(0x80..<0x80 + parameters.count, with: parameters)
        return bytes
    }()
}
