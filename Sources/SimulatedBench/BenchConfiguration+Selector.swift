// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The text form, as the command line's `--probe` takes it:
/// `sim:KIND[,board=NAME|FILE][,flash=NAME[:bankN]]…[,part=P][,app=A][,times=T][,fault=F[:bankN]]…[,seed=N]
/// [,state=DIR][,firmware=V][,power=on|off][,wire-limit=HZ][,usb-fault=N:F]…[,line=SIGNAL:F[:bankN]]…
/// [,dap=F][,ram=ADDRESS:BIT][,link=optimistic|pessimistic]`
extension BenchConfiguration {
    package static let selectorPrefix = "sim:"
    static let keys = [
        "board", "flash", "part", "app", "times", "fault", "seed", "state", "firmware", "power", "wire-limit",
        "usb-fault", "line", "dap", "ram", "link",
    ]
    /// These may be given several times: faults add up, and each chip has a part of its own.
    private static let repeatable = ["fault", "flash", "usb-fault", "line"]

    /// `files` describe boards and flash parts.
    package init(selector: String, files: DescriptionFiles) throws(BenchError) {
        guard selector.hasPrefix(Self.selectorPrefix) else { throw .notASimulatorSelector(selector) }
        let items = selector.dropFirst(Self.selectorPrefix.count).split(
            separator: ",", omittingEmptySubsequences: false)
        let kind = try Self.probeKind(items.first.map(String.init) ?? "")
        let settings = try Self.settings(items.dropFirst())
        // The board comes first: others are about its part and its chips.
        let named = settings.first { $0.key == "board" }?.value
        let board = if let named { named } else { try SimulationDefaults(files).board }
        self.init(board: try BoardDescription(board, files: files), files: files)
        probe = kind
        for (key, value) in settings where key != "board" { try set(key, value) }
        try checkFirmware()
    }

    private static func settings(_ items: ArraySlice<Substring>) throws(BenchError) -> [(
        key: String, value: String
    )] {
        var settings: [(key: String, value: String)] = []
        var seen: Set<String> = []
        for item in items {
            guard let separator = item.firstIndex(of: "="), separator > item.startIndex else {
                throw .malformedItem(String(item))
            }
            let key = String(item[..<separator])
            guard keys.contains(key) else { throw .unknownKey(key, valid: keys) }
            guard seen.insert(key).inserted || repeatable.contains(key) else { throw .repeatedKey(key) }
            settings.append((key, String(item[item.index(after: separator)...])))
        }
        return settings
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
        case "flash": try setFlash(value)
        case "usb-fault": try addFault(value)
        case "line": try addTraceFault(value)
        case "link": link = try Self.choice(key, value)
        case "dap": debugFault = try Self.choice(key, value)
        case "ram": stuckBit = try Self.stuckBit(value)
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

    // MARK: Chips

    /// `absent`: every chip; `absent:bank2`: that one; `swapped-banks`: two chips in each other's places.
    private mutating func setFault(_ value: String) throws(BenchError) {
        if value == Self.swappedBanks { return try swapBanks() }
        let (name, banks) = try chips("fault", value)
        guard let fault = FlashFault(rawValue: name) else {
            let swap = board.chips.count > 1 ? [Self.swappedBanks] : []
            throw .unknownValue(
                key: "fault", value: value, valid: FlashFault.allCases.map(\.rawValue) + swap)
        }
        for bank in banks {
            guard chipFaults.updateValue(fault, forKey: bank) == nil else { throw .repeatedKey("fault") }
        }
    }
    private static let swappedBanks = "swapped-banks"

    /// The part on every chip's place, or with `:bankN` on one of them: a file of `Config/flash`.
    private mutating func setFlash(_ value: String) throws(BenchError) {
        let (name, banks) = try chips("flash", value)
        guard !name.isEmpty else { throw .unknownValue(key: "flash", value: value, valid: ["a flash part"]) }
        for index in board.chips.indices where banks.contains(board.chips[index].wiring.bank) {
            board.chips[index].flash = name
        }
    }

    /// A value and the banks it is about: those behind the colon, or all.
    private func chips(_ key: String, _ value: String) throws(BenchError) -> (name: String, banks: [Int]) {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let banks = board.chips.map(\.wiring.bank)
        guard parts.count > 1 else { return (parts[0], banks) }
        guard parts.count == 2, let bank = banks.first(where: { "bank\($0)" == parts[1] }) else {
            throw .unknownValue(key: key, value: value, valid: banks.map { "\(parts[0]):bank\($0)" })
        }
        return (parts[0], [bank])
    }

    /// Somebody has put each of two chips, with what it holds, where the other one was.
    private mutating func swapBanks() throws(BenchError) {
        guard board.chips.count == 2 else {
            throw .unknownValue(
                key: "fault", value: Self.swappedBanks, valid: FlashFault.allCases.map(\.rawValue))
        }
        (board.chips[0].wiring, board.chips[1].wiring) = (board.chips[1].wiring, board.chips[0].wiring)
    }

    /// `IO2:open`: on every chip; `IO2:open:bank2`: on that one.
    private mutating func addTraceFault(_ value: String) throws(BenchError) {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        let banks = board.chips.map(\.wiring.bank).filter { parts.count == 2 || parts.last == "bank\($0)" }
        let faults =
            (2...3).contains(parts.count)
            ? banks.compactMap { TraceFault(signal: parts[0], kind: parts[1], bank: $0) } : []
        guard !faults.isEmpty else {
            throw .unknownValue(key: "line", value: value, valid: TraceFault.examples)
        }
        traceFaults += faults
    }

    /// `0x24000010:5`.
    private static func stuckBit(_ value: String) throws(BenchError) -> StuckBit {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].hasPrefix("0x"),
            let address = UInt32(parts[0].dropFirst(2), radix: 16),
            let bit = UInt8(parts[1]), bit < 8
        else {
            throw .unknownValue(
                key: "ram", value: value, valid: ["an address and a bit such as 0x24000010:5"])
        }
        return StuckBit(address: address, bit: bit)
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
