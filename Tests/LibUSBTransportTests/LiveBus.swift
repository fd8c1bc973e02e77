// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import LibUSBTransport
import Testing
import USBTransport

/// Its tests run one after the other: they use the same probes.
@Suite(.enabled(if: LiveBus.isThere), .serialized) enum `A live bus` {}

/// A USB bus with an ST-LINK on it that nobody uses, real or made by `extflash simulate`; maybe CMSIS-DAP probes as well.
///
/// The suites on it run only where the environment says that there is one.
enum LiveBus {
    private static let environment = ProcessInfo.processInfo.environment
    static let isThere = environment["EXTFLASH_LIVE_USB"] != nil
    /// Whether there is a program `control` that pulls the plug of the ST-LINK and puts it back, and more.
    static let isControlled = isThere && environment["EXTFLASH_LIVE_CONTROL"] != nil
    /// How many times longer than on a machine of today things may take.
    static let slowness = environment["EXTFLASH_LIVE_SLOWNESS"].flatMap { Int($0) } ?? 1

    struct Probe {
        let bus: LibUSBBus
        let device: USBDeviceDescription
        /// The debug interface.
        let interface: UInt8

        func claim() throws -> any USBInterface { try bus.claim(interface: interface, of: device) }
    }

    /// The first probe with an interface like that.
    private static func first(
        _ isMeant: (USBDeviceDescription, USBInterfaceDescriptor) -> Bool
    ) throws -> Probe? {
        let bus = try LibUSBBus()
        for device in try bus.devices() {
            if let interface = device.interfaces.first(where: { isMeant(device, $0) }) {
                return Probe(bus: bus, device: device, interface: interface.number)
            }
        }
        return nil
    }

    /// The ST-LINK.
    static func probe() throws -> Probe {
        try #require(
            try first { device, interface in
                device.vendorID == 0x0483 && interface.number == 0 && interface.endpoints.count == 3
            })
    }
    /// CMSIS-DAP version 1, whose interface belongs to the kernel's HID driver.
    static func humanInterfaceProbe() throws -> Probe? {
        try first { device, interface in
            interface.classCode == 3 && device.product?.contains("CMSIS-DAP") ?? false
        }
    }
    /// CMSIS-DAP version 2.
    static func bulkProbe() throws -> Probe? {
        try first { device, interface in
            interface.classCode == 0xFF && interface.endpoints.count >= 2
                && device.product?.contains("CMSIS-DAP") ?? false
        }
    }

    /// Runs `control` to its end.
    static func control(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["control"] + words
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Entries of a folder of this process in /proc: `fd`, `task`.
    static func count(_ name: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(name)").count
    }
}

extension USBInterface {
    var commandEndpoint: UInt8 { descriptor.endpoints.first { !$0.isIn }?.address ?? 0 }
    var answerEndpoint: UInt8 { descriptor.endpoints.first { $0.isIn }?.address ?? 0 }

    /// An ST-LINK command, padded to sixteen bytes, with its data on the way at the same time and room for the answer.
    ///
    /// - Returns: the answer; empty when none is asked for.
    @discardableResult
    func exchange(_ command: [UInt8], data: [UInt8] = [], answer count: Int = 0) throws -> [UInt8] {
        let limit: Duration = .seconds(2)
        let answer = try count > 0 ? submitRead(count, from: answerEndpoint, within: limit) : nil
        let block = command + [UInt8](repeating: 0, count: 16 - command.count)
        var tickets = [try submit(block, to: commandEndpoint, within: limit)]
        if !data.isEmpty { tickets.append(try submit(data, to: commandEndpoint, within: limit)) }
        for ticket in tickets { _ = try complete(ticket) }
        return try answer.map(complete) ?? []
    }
    /// GET_VERSION; six bytes.
    func version() throws -> [UInt8] { try exchange([0xF1], answer: 64) }
}
