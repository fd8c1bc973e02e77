// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The text form, as the command line's `--probe` takes it:
/// `sim:KIND[,app=A][,times=T][,fault=F][,seed=N][,state=DIR][,firmware=V][,part=P][,power=on|off][,wire-limit=HZ]
/// [,usb-fault=N:F]…`
extension BenchConfiguration {
    package static let selectorPrefix = "sim:"
    static let keys = [
        "app", "times", "fault", "seed", "state", "firmware", "part", "power", "wire-limit", "usb-fault",
    ]

    /// The bench that a selector asks for; `files` describe boards and flash parts.
    package init(selector: String, files: DescriptionFiles) throws(BenchError) {
        guard selector.hasPrefix(Self.selectorPrefix) else { throw .notASimulatorSelector(selector) }
        self.init(files: files)
        let items = selector.dropFirst(Self.selectorPrefix.count).split(
            separator: ",", omittingEmptySubsequences: false)
        probe = try Self.probeKind(items.first.map(String.init) ?? "")
        var seen: Set<String> = []
        for item in items.dropFirst() {
            guard let separator = item.firstIndex(of: "="), separator > item.startIndex else {
                throw .malformedItem(String(item))
            }
            let key = String(item[..<separator])
            // Faults add up; everything else is set once.
            guard seen.insert(key).inserted || ["fault", "usb-fault"].contains(key) else {
                throw .repeatedKey(key)
            }
            try set(key, String(item[item.index(after: separator)...]))
        }
        try checkFirmware()
    }

    private static func probeKind(_ text: String) throws(BenchError) -> ProbeKind {
        guard let kind = ProbeKind(rawValue: text) else {
            throw .unknownProbe(text, valid: ProbeKind.allCases.map(\.rawValue))
        }
        return kind
    }

    private mutating func set(_ key: String, _ value: String) throws(BenchError) {
        switch key {
        case "app": application = try Self.choice(key, value)
        case "times": busyTimes = try Self.choice(key, value)
        case "fault": try setFault(value)
        case "seed": seed = try Self.number(key, value)
        case "state":
            guard !value.isEmpty else { throw .unknownValue(key: key, value: value, valid: ["a directory"]) }
            stateDirectory = value
        case "firmware": probeFirmware = value
        case "part":
            guard ChipPart(named: value) != nil else {
                throw .unknownValue(key: key, value: value, valid: ChipPart.examples)
            }
            part = value
        case "power":
            guard ["on", "off"].contains(value) else {
                throw .unknownValue(key: key, value: value, valid: ["on", "off"])
            }
            targetIsPowered = value == "on"
        case "wire-limit":
            guard let limit = UInt32(exactly: try Self.number(key, value)), limit > 0 else {
                throw .unknownValue(key: key, value: value, valid: ["a clock in Hz such as 8000000"])
            }
            wireLimit = limit
        case "usb-fault": try addFault(value)
        default: throw .unknownKey(key, valid: Self.keys)
        }
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ value: String
    ) throws(BenchError) -> Value {
        guard let choice = Value(rawValue: value) else {
            throw .unknownValue(key: key, value: value, valid: Value.allCases.map(\.rawValue))
        }
        return choice
    }

    private static func number(_ key: String, _ value: String) throws(BenchError) -> UInt64 {
        let digits = value.hasPrefix("0x") ? UInt64(value.dropFirst(2), radix: 16) : UInt64(value)
        guard let digits else {
            throw .unknownValue(key: key, value: value, valid: ["a number such as 7 or 0x1f"])
        }
        return digits
    }

    /// `absent`: every chip; `absent:bank2`: that one.
    private mutating func setFault(_ value: String) throws(BenchError) {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let fault: FlashFault = try Self.choice("fault", parts[0])
        var banks = board.chips.map(\.wiring.bank)
        if parts.count > 1 {
            let names = banks.map { "bank\($0)" }
            guard parts.count == 2, let index = names.firstIndex(of: parts[1]) else {
                throw .unknownValue(key: "fault", value: value, valid: names.map { "\(parts[0]):\($0)" })
            }
            banks = [banks[index]]
        }
        for bank in banks {
            guard chipFaults.updateValue(fault, forKey: bank) == nil else { throw .repeatedKey("fault") }
        }
    }

    /// `N:stall`: the transfer's ordinal and what happens to it.
    private mutating func addFault(_ value: String) throws(BenchError) {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        let valid = USBFaultPlan.Fault.allCases.map { "N:\($0.rawValue)" }
        guard parts.count == 2, let ordinal = Int(parts[0]), ordinal >= 0,
            let fault = USBFaultPlan.Fault(rawValue: String(parts[1]))
        else { throw .unknownValue(key: "usb-fault", value: value, valid: valid) }
        usbFaults.faults[ordinal] = fault
    }

    /// Whether the firmware named fits the probe.
    func checkFirmware() throws(BenchError) {
        guard let firmware = probeFirmware else { return }
        let isValid =
            switch probe {
            case .stlinkV2, .stlinkV21: STLinkFirmware(firmware)?.generation == 2
            case .stlinkV3: STLinkFirmware(firmware)?.generation == 3
            case .cmsisDAPv1: firmware.wholeMatch(of: /1\.[0-9]\.[0-9]/) != nil
            case .cmsisDAPv2: firmware.wholeMatch(of: /2\.[0-9]\.[0-9]/) != nil
            }
        guard isValid else {
            throw .unknownFirmware(firmware, probe: probe.rawValue, example: probe.currentFirmware)
        }
    }
}

extension BenchConfiguration.ProbeKind {
    /// What the probe runs when nothing else is asked for.
    package var currentFirmware: String {
        switch self {
        case .stlinkV2: "V2J45S7"
        case .stlinkV21: "V2J45M30"
        case .stlinkV3: "V3J13M4"
        case .cmsisDAPv1: "1.3.0"
        case .cmsisDAPv2: "2.1.1"
        }
    }
}
