// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// What a CMSIS-DAP probe says about itself.
struct ProbeFacts {
    let packetCount: Int
    let firmware: String
    /// Only asked of a device that has none in its descriptors.
    let serial: String?

    /// More requests than this under way gain nothing.
    private static let mostPackets = 8
    /// The smallest packet that carries one transfer both ways, and the largest anybody makes with room to
    /// spare.
    private static let packetSizes = 16...16_384
    private static let serialWireDebug = 1 << 0
    /// A healthy probe answers at once, and a reset cures the others.
    private static let firstPatience: Duration = .seconds(1)

    /// Asks; before, gets the probe in step, by a bus reset if need be.
    init(askedThrough channel: DAPChannel, needsSerial: Bool) throws(ProbeError) {
        try channel.synchronise()
        if let size = try Self.number(.packetSize, channel) {
            guard Self.packetSizes.contains(size) else {
                throw .malformedResponse(command: DAPInfo.name, detail: "packets of \(size) bytes")
            }
            channel.usePackets(of: size)
        }
        packetCount = min(max(1, try Self.number(.packetCount, channel) ?? 1), Self.mostPackets)
        let capabilities = try Self.number(.capabilities, channel) ?? Self.serialWireDebug
        guard capabilities & Self.serialWireDebug != 0 else {
            throw .unsupported(feature: "SWD", needs: "a CMSIS-DAP probe with SWD")
        }
        let claimed = DAPInfo.text(try Self.item(.protocolVersion, channel)) ?? "unknown"
        let version = CMSISDAPVersion(claimed)
        var firmware = version?.description ?? claimed
        if version?.hasProductFirmware == true,
            let own = DAPInfo.text(try Self.item(.productFirmware, channel))
        {
            firmware += " (\(own))"
        }
        self.firmware = firmware
        serial = needsSerial ? DAPInfo.text(try Self.item(.serialNumber, channel)) : nil
    }

    private static func number(_ item: DAPInfo.Item, _ channel: DAPChannel) throws(ProbeError) -> Int? {
        DAPInfo.number(try self.item(item, channel))
    }

    /// - Returns: nothing when the probe does not know the item; some call the whole command unknown then.
    private static func item(_ item: DAPInfo.Item, _ channel: DAPChannel) throws(ProbeError) -> [UInt8] {
        do {
            return try channel.run(DAPInfo(item: item), within: firstPatience)
        } catch {
            if case .refused = error { return [] }
            throw error
        }
    }
}
