// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What distinguishes one CMSIS-DAP probe from another: USB face, buffers, answers left to the maker.
struct CMSISDAPPersonality {
    enum Transport { case hid, bulk }

    var transport: Transport
    /// DAP_Info 04.
    var protocolVersion: String
    var firmwareVersion = "1.0.0"
    var vendor = "ARM"
    var product: String
    var serial: String
    /// Size of one request or response buffer, DAP_Info FF.
    var packetSize: Int
    /// Requests that may be outstanding, DAP_Info FE.
    var packetCount: Int
    /// DAP_Info F0: bit 0 SWD, 1 JTAG, 4 atomic commands, 5 test domain timer.
    var capabilities: [UInt8] = [0x31, 0x00]
    /// An unknown DAP_Info identifier is answered as an unknown command (seen with ORBTrace) instead of with length 0.
    var unknownInfoIsInvalid = false
    /// A packet that ends in a write reads RDBUFF to learn the write's fate (ORBTrace does not: READOK stays as it was).
    var checksLastWrite = true
    /// The fastest SWCLK the firmware manages; a higher request is taken for it.
    var maximumClock: UInt32
    /// Handling of one request, and of one SWD transfer besides its clocks.
    var requestOverhead: Picoseconds
    var transferOverhead: Picoseconds

    /// A full-speed probe with 64-byte HID reports.
    static let version1 = CMSISDAPPersonality(
        transport: .hid, protocolVersion: "1.3.0", product: "CMSIS-DAP v1", serial: "E6614103E7000001",
        packetSize: 64, packetCount: 4, maximumClock: 10_000_000, requestOverhead: .microseconds(20),
        transferOverhead: .nanoseconds(500))
    /// A high-speed probe as ARM's MCU-Link example firmware builds it.
    static let version2 = CMSISDAPPersonality(
        transport: .bulk, protocolVersion: "2.1.1", product: "MCU-Link CMSIS-DAP", serial: "A1B2C3D4E5F60718",
        packetSize: 512, packetCount: 8, maximumClock: 25_000_000, requestOverhead: .microseconds(5),
        transferOverhead: .nanoseconds(100))

    /// As slow as published: 599 kB/s read at 10 MHz by a high-speed probe (probe-rs); with reports of 64 bytes it is the
    /// frames that take the time, either way.
    mutating func slowDown() {
        requestOverhead = transport == .hid ? .microseconds(150) : .microseconds(40)
        transferOverhead = transport == .hid ? .microseconds(5) : .nanoseconds(300)
    }

    /// SWD_Sequence came with protocol version 1.2.
    var hasSWDSequence: Bool {
        let numbers = protocolVersion.split(separator: ".").map { Int($0) ?? 0 }
        return !numbers.lexicographicallyPrecedes([1, 2])
    }

    var endpoints: (out: UInt8, input: UInt8, packetSize: Int) {
        transport == .hid ? (0x01, 0x81, 64) : (0x01, 0x81, 512)
    }

    var descriptors: DescriptorSet { transport == .hid ? hidDescriptors : bulkDescriptors }

    private var hidDescriptors: DescriptorSet {
        // Vendor page FF00, 64 bytes each way, one feature byte (HID 1.11 §6.2.2).
        let report: [UInt8] = [
            0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40,
            0x09, 0x01, 0x81, 0x02, 0x95, 0x40, 0x09, 0x01, 0x91, 0x02, 0x95, 0x01, 0x09, 0x01, 0xB1, 0x02,
            0xC0,
        ]
        var builder = DescriptorBuilder()
        let (manufacturer, productName) = (builder.string(vendor), builder.string(product))
        let (serialNumber, name) = (builder.string(serial), builder.string("CMSIS-DAP v1"))
        let interface = builder.interface(
            0x03, 0, 0, name: name,
            functional: [9, 0x21, 0x11, 0x01, 0, 1, 0x22] + DescriptorBuilder.u16(UInt16(report.count)),
            [.interrupt(0x81, 64, interval: 1), .interrupt(0x01, 64, interval: 1)])
        builder.report(of: interface, report)
        return builder.build(
            .init(
                vendorID: 0x0D28, productID: 0x0204, release: 0x1000, manufacturer: manufacturer,
                product: productName, serial: serialNumber, power: 250), speed: .full)
    }

    private var bulkDescriptors: DescriptorSet {
        var builder = DescriptorBuilder()
        let (manufacturer, productName) = (builder.string(vendor), builder.string(product))
        let (serialNumber, name) = (builder.string(serial), builder.string("CMSIS-DAP v2"))
        builder.interface(0xFF, 0, 0, name: name, [.bulk(0x01, 512), .bulk(0x81, 512)])
        var set = builder.build(
            .init(
                vendorID: 0xC251, productID: 0xF00B, release: 0x0100, version: 0x0210,
                manufacturer: manufacturer,
                product: productName, serial: serialNumber, power: 250), speed: .high)
        (set.objectStore, set.microsoft) = (
            MicrosoftDescriptors.objectStore, MicrosoftDescriptors.descriptorSet
        )
        return set
    }
}
