// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import LibUSBTransport
import Testing
import USBTransport

/// A USB bus with an ST-LINK on it that nobody uses, real or made by `extflash simulate`.
///
/// The suites on it run only where the environment says that there is one.
enum LiveBus {
    static let isThere = ProcessInfo.processInfo.environment["EXTFLASH_LIVE_USB"] != nil

    struct Probe {
        let bus: LibUSBBus
        let device: USBDeviceDescription

        func claim() throws -> any USBInterface { try bus.claim(interface: 0, of: device) }
    }

    static func probe() throws -> Probe {
        let bus = try LibUSBBus()
        let device = try #require(
            bus.devices().first { $0.vendorID == 0x0483 && $0.interfaces.first?.endpoints.count == 3 })
        return Probe(bus: bus, device: device)
    }

    /// Entries of a folder of this process in /proc: `fd`, `task`.
    static func count(_ name: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(name)").count
    }
}

extension USBInterface {
    var commandEndpoint: UInt8 { descriptor.endpoints.first { !$0.isIn }?.address ?? 0 }
    var answerEndpoint: UInt8 { descriptor.endpoints.first { $0.isIn }?.address ?? 0 }

    /// GET_VERSION with the answer's read queued before the command; six bytes.
    func version() throws -> [UInt8] {
        let answer = try submitRead(64, from: answerEndpoint, within: .seconds(2))
        let command = try submit(
            [0xF1] + [UInt8](repeating: 0, count: 15), to: commandEndpoint, within: .seconds(2))
        _ = try complete(command)
        return try complete(answer)
    }
}
