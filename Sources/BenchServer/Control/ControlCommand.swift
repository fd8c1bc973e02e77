// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import SimulatedBench

/// What a simulation can be told while it runs: one line of text.
///
/// Probes are counted from 1, in the order they were named.
package enum ControlCommand: Hashable, Sendable {
    case plug(probe: Int)
    case unplug(probe: Int)
    /// Takes the board's supply away for a moment.
    case powerCycle(probe: Int)
    /// Lets a transfer go wrong: on `endpoint` (nil is any), after `count` others there.
    case fault(USBFaultPlan.Fault, probe: Int, endpoint: UInt8?, after: Int)
    case status

    /// A line that is no command, and why.
    package struct Malformed: Error, Hashable, Sendable { package let reason: String }

    package static let grammar =
        "plug [N], unplug [N], power-cycle [N], fault stall|timeout|disconnect|short [probe N] [endpoint 0xNN] "
        + "[after COUNT], status"

    package init(_ line: String) throws(Malformed) {
        var words = line.split(separator: " ").map(String.init)[...]
        switch words.popFirst() {
        case "plug": self = .plug(probe: try Self.onlyProbe(words))
        case "unplug": self = .unplug(probe: try Self.onlyProbe(words))
        case "power-cycle": self = .powerCycle(probe: try Self.onlyProbe(words))
        case "fault": self = try Self.fault(words)
        case "status":
            guard words.isEmpty else { throw Malformed(reason: "`status` takes nothing") }
            self = .status
        case let other: throw Malformed(reason: "`\(other ?? "")` is none of: \(Self.grammar)")
        }
    }

    private static func onlyProbe(_ words: ArraySlice<String>) throws(Malformed) -> Int {
        guard let word = words.first else { return 1 }
        guard words.count == 1 else { throw Malformed(reason: "too many words after `\(word)`") }
        return try number(word, of: "probe")
    }

    private static func fault(_ words: ArraySlice<String>) throws(Malformed) -> ControlCommand {
        var words = words
        guard let fault = words.popFirst().flatMap(USBFaultPlan.Fault.init) else {
            let valid = USBFaultPlan.Fault.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(reason: "name a fault: \(valid)")
        }
        var (probe, endpoint, count) = (1, UInt8?.none, 0)
        while let key = words.popFirst() {
            guard let word = words.popFirst() else { throw Malformed(reason: "`\(key)` needs a number") }
            let value = try number(word, of: key)
            switch key {
            case "probe": probe = value
            case "after": count = value
            case "endpoint":
                guard let address = UInt8(exactly: value), address & 0x70 == 0 else {
                    throw Malformed(reason: "\(word) is not an endpoint")
                }
                endpoint = address
            default: throw Malformed(reason: "`\(key)` is none of: probe, endpoint, after")
            }
        }
        return .fault(fault, probe: probe, endpoint: endpoint, after: count)
    }

    private static func number(_ word: String, of key: String) throws(Malformed) -> Int {
        let value = word.hasPrefix("0x") ? Int(word.dropFirst(2), radix: 16) : Int(word)
        guard let value, value >= 0 else { throw Malformed(reason: "\(key): `\(word)` is not a number") }
        return value
    }
}

extension HostBus {
    /// Does what the line says.
    ///
    /// - Returns: the answer: lines of information, then `ok`; or `error` with the reason.
    func obey(_ line: String) -> String {
        do throws(ControlCommand.Malformed) {
            let lines = try obey(ControlCommand(line))
            return lines.map { $0 + "\n" }.joined() + "ok\n"
        } catch {
            return "error \(error.reason)\n"
        }
    }

    private func obey(_ command: ControlCommand) throws(ControlCommand.Malformed) -> [String] {
        switch command {
        case .plug(let probe): plug(try index(probe))
        case .unplug(let probe): unplug(try index(probe))
        case .powerCycle(let probe): ports[try index(probe)].powerCycleTarget()
        case .fault(let fault, let probe, let endpoint, let count):
            ports[try index(probe)].inject(fault, on: endpoint, after: count)
        case .status: return ports.indices.map(status)
        }
        return []
    }
    private func index(_ probe: Int) throws(ControlCommand.Malformed) -> Int {
        guard ports.indices.contains(probe - 1) else {
            throw ControlCommand.Malformed(reason: "there is no probe \(probe), only 1…\(ports.count)")
        }
        return probe - 1
    }
    private func status(_ index: Int) -> String {
        let statistics = ports[index].bench.statistics
        let place = devices[index].map { "\($0.name) address \($0.number)" } ?? "unplugged"
        return "\(index + 1) \(ports[index].bench.configuration.probe.rawValue) \(place) "
            + "transfers \(statistics.usbTransfers) out \(statistics.usbBytesOut) in \(statistics.usbBytesIn)"
    }
}
