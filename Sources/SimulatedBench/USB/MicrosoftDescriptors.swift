// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The descriptors by which Windows binds WinUSB to a CMSIS-DAP v2 interface without an INF file (MS OS 2.0).
enum MicrosoftDescriptors {
    /// bRequest of the vendor request that fetches the set.
    static let vendorRequest: UInt8 = 0x20

    /// BOS with one platform capability, GUID D8DD60DF-4589-4CC7-9CD2-659D9E648A9F.
    static var objectStore: [UInt8] {
        let platform: [UInt8] =
            [28, 0x10, 5, 0]
            + [
                0xDF, 0x60, 0xDD, 0xD8, 0x89, 0x45, 0xC7, 0x4C, 0x9C, 0xD2, 0x65, 0x9D, 0x9E, 0x64, 0x8A,
                0x9F,
            ]
            + [0, 0, 3, 6] + DescriptorBuilder.u16(UInt16(descriptorSet.count)) + [vendorRequest, 0]
        return [5, 0x0F] + DescriptorBuilder.u16(UInt16(5 + platform.count)) + [1] + platform
    }

    /// Header, compatible id WINUSB, and the interface GUID the CMSIS-DAP specification names.
    static var descriptorSet: [UInt8] {
        let compatible: [UInt8] = [20, 0, 3, 0] + Array("WINUSB".utf8) + [UInt8](repeating: 0, count: 10)
        let name = text("DeviceInterfaceGUIDs")
        let value = text("{CDB3B5AD-293B-4663-AA36-1AAE46463776}") + [0, 0]
        let property: [UInt8] =
            DescriptorBuilder.u16(UInt16(10 + name.count + value.count)) + [4, 0, 7, 0]
            + DescriptorBuilder.u16(UInt16(name.count)) + name + DescriptorBuilder.u16(UInt16(value.count))
            + value
        let total = UInt16(10 + compatible.count + property.count)
        return [10, 0, 0, 0, 0, 0, 3, 6] + DescriptorBuilder.u16(total) + compatible + property
    }

    private static func text(_ text: String) -> [UInt8] {
        text.utf16.flatMap(DescriptorBuilder.u16) + [0, 0]
    }
}
