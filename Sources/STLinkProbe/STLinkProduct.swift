// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One USB product id of the ST-LINK family and what it says about the probe behind it.
struct STLinkProduct: Hashable, Sendable {
    enum Generation: Hashable, Sendable { case v1, v2, v21, v3 }

    static let vendorID: UInt16 = 0x0483

    let productID: UInt16
    let generation: Generation
    /// Only the firmware updater answers on this id.
    let isLoader: Bool

    private init(_ productID: UInt16, _ generation: Generation, isLoader: Bool = false) {
        (self.productID, self.generation, self.isLoader) = (productID, generation, isLoader)
    }

    /// ST TN1235 and the descriptors of real devices.
    ///
    /// 3755 is missing among the loaders on purpose: sources disagree whether it is one, and a loader gives
    /// itself away by its mode (`GET_CURRENT_MODE` = BOOTLOADER).
    static let all: [STLinkProduct] = [
        STLinkProduct(0x3744, .v1),
        STLinkProduct(0x3748, .v2),
        STLinkProduct(0x374a, .v21),
        STLinkProduct(0x374b, .v21),
        STLinkProduct(0x3752, .v21),
        STLinkProduct(0x374d, .v3, isLoader: true),
        STLinkProduct(0x374e, .v3),
        STLinkProduct(0x374f, .v3),
        STLinkProduct(0x3753, .v3),
        STLinkProduct(0x3754, .v3),
        STLinkProduct(0x3755, .v3),
        STLinkProduct(0x3757, .v3),
    ]

    /// The debug interface; mass storage and serial ports come after it.
    static let interfaceNumber: UInt8 = 0

    var name: String {
        switch generation {
        case .v1: "ST-LINK/V1"
        case .v2: "ST-LINK/V2"
        case .v21: "ST-LINK/V2-1"
        case .v3: "STLINK-V3"
        }
    }

    /// Where commands and data for the probe go.
    var commandEndpoint: UInt8 {
        switch generation {
        case .v1, .v2: 0x02
        case .v21, .v3: 0x01
        }
    }

    /// Where answers and data from the probe come from.
    var answerEndpoint: UInt8 { 0x81 }
}
