// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Something ST added to the firmware at some point, and what it costs the user when it is missing.
struct STLinkFeature: Hashable, Sendable {
    let name: String
    /// First JTAG/SWD firmware number that has it; nil where no firmware of that generation does.
    let sinceV2: Int?, sinceV3: Int?
    /// One sentence for the person at the bench; nil when its lack only changes how the driver works.
    let loss: String?

    static let targetVoltage = STLinkFeature(
        name: "target voltage measurement", sinceV2: 13, sinceV3: 0,
        loss: "the target's supply voltage cannot be measured")
    static let clockDivisor = STLinkFeature(
        name: "SWD clock selection", sinceV2: 22, sinceV3: nil, loss: "the SWD clock stays at 1.8 MHz")
    static let clockList = STLinkFeature(name: "SWD clock list", sinceV2: nil, sinceV3: 0, loss: nil)
    static let debugRegisters = STLinkFeature(
        name: "debug register access", sinceV2: 24, sinceV3: 0,
        loss: "it cannot be used with this program at all")
    static let blockMemory = STLinkFeature(
        name: "memory blocks of every width", sinceV2: 26, sinceV3: 0,
        loss: "memory moves one word per USB command, which is very slow")
    static let accessPortSelection = STLinkFeature(
        name: "access port selection", sinceV2: 28, sinceV3: 0,
        loss:
            "only the Cortex-M7 can be reached: the Cortex-M4 cannot be parked and the part cannot be "
            + "identified while the cores sleep")
    static let accessPortClosing = STLinkFeature(
        name: "closing access ports", sinceV2: 29, sinceV3: 0, loss: nil)
    static let bankedDebugPort = STLinkFeature(
        name: "banked debug port registers", sinceV2: 32, sinceV3: 2,
        loss: "the target's TARGETID cannot be read")
    /// Also where the memory commands learnt to carry an AP number, and to carry TAR over 1 KiB boundaries.
    static let memoryAccessControl = STLinkFeature(
        name: "access port and CSW in memory commands", sinceV2: 32, sinceV3: 2,
        loss: "memory behind any access port but the Cortex-M7's moves one word per USB command")
    static let reentry = STLinkFeature(
        name: "line reset by entering SWD again", sinceV2: nil, sinceV3: 5, loss: nil)
    static let largeByteBlocks = STLinkFeature(
        name: "512-byte blocks of bytes", sinceV2: nil, sinceV3: 6, loss: nil)
    static let patience = STLinkFeature(
        name: "handling of a busy target at full speed", sinceV2: 0, sinceV3: 10,
        loss: "SWD clocks above 8 MHz are not used, since a busy target would make transfers fail")

    /// In the order in which their lack is reported.
    static let all: [STLinkFeature] = [
        debugRegisters, accessPortSelection, memoryAccessControl, blockMemory, bankedDebugPort, clockDivisor,
        clockList,
        targetVoltage, accessPortClosing, reentry, largeByteBlocks, patience,
    ]

    func isSupported(by version: STLinkVersion) -> Bool {
        guard let since = version.isV3 ? sinceV3 : sinceV2 else { return false }
        return version.jtag >= since
    }

    /// The firmware that brings it to this hardware: `V2J28`.
    ///
    /// Nil when none does.
    func needs(on version: STLinkVersion) -> String? {
        (version.isV3 ? sinceV3 : sinceV2).map { "V\(version.hardware)J\($0)" }
    }
}

extension STLinkVersion {
    func has(_ feature: STLinkFeature) -> Bool { feature.isSupported(by: self) }

    /// What a newer firmware would add for the user, one sentence each.
    var limitations: [String] {
        STLinkFeature.all.compactMap { feature in
            guard !has(feature), let loss = feature.loss, let needed = feature.needs(on: self) else {
                return nil
            }
            return "no \(feature.name) before \(needed): \(loss)"
        }
    }
}
