// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The text form of a transcript, version 1: for people to read, and exact enough to play it again.
///
///     extflash transcript 1
///     probe stlink-v3
///     # a comment
///     S @1250 80 06 00 01 00*2 12 00 +250 12 01 00 02 …
///     > 01 @1800.5 f1 80 00*14 +74.5
///     < 81 [6] +125 24 00 83 04 48 37
///     > 01 @2210.25 f5 00*15
///     < 81 [2]
///     =01 +39.75
///     =81 +164.75 01 00
///
/// `>` is a transfer to the device on an endpoint, `<` one towards the host that asks for so many bytes, `S` a control
/// transfer (set-up packet, behind a colon what goes OUT with it), `H` a request of the host's own USB stack. Behind
/// `@` stands when it was submitted, in virtual microseconds; without, it was at the moment of the line before. Behind
/// `+` stands how much later it ended, and then what came IN, or how it went wrong: `stalled`, `overflow`,
/// `disconnected`, `cancelled`, `timeout` and the bytes that had moved. `!stall` and the like is a fault that was in
/// store for it.
///
/// When other things happened before it ended, its end has a line of its own: `=81` is the end of the transfer that was
/// submitted first of those under way on endpoint 81h, `=81#2` that of the second. The host takes one back with
/// `cancel 81`, and does `reset` (of the port), `unplug`, `plug` and `power-cycle` (of the board). `00*14` is a byte
/// fourteen times.
package struct TranscriptText {
    /// A transfer without an end.
    private struct Pending {
        var number: Int
        var submittedAt: Picoseconds
    }
    /// By endpoint, in the order of submission.
    private var pending: [UInt8: [Pending]] = [:]
    /// The transfer whose line has not been ended.
    private var open: Int?
    /// What time a line without one would mean.
    private var time: Picoseconds = 0

    package init() {}

    /// The first lines, for a bench named as after `sim:`.
    ///
    /// A state directory is left out: what it held is not here.
    package static func header(selector: String) -> String {
        let items = selector.split(separator: ",").filter { !$0.hasPrefix("state=") }
        return "extflash transcript 1\nprobe \(items.joined(separator: ","))\n"
    }

    /// What an entry adds to the text.
    ///
    /// A transfer's line stays open for its end, which most often comes next.
    package mutating func append(_ entry: BenchTranscript.Entry) -> String {
        let moment = Picoseconds(entry.time)
        if case .ended(let number, let ending) = entry.event {
            guard let (start, duration) = takeOff(number, moment) else { return "" }
            time = moment
            return "\(start) +\(Self.microseconds(duration))\(Self.text(ending))\n"
        }
        let start = finish()
        let at = moment == time ? "" : " " + Self.at(moment)
        time = moment
        switch entry.event {
        case .submitted(let number, let work, let fault):
            open = number
            pending[work.endpoint, default: []].append(Pending(number: number, submittedAt: moment))
            return start + Self.text(work, at) + (fault.map { " !\($0.rawValue)" } ?? "")
        case .cancelled(let number, let received):
            guard let (name, _) = takeOut(number, moment) else { return start }
            return "\(start)cancel \(name)\(at)\(Self.hex(received))\n"
        case .portReset: return "\(start)reset\(at)\n"
        case .unplugged(let isByFault): return "\(start)unplug\(at)\(isByFault ? " !disconnect" : "")\n"
        case .plugged: return "\(start)plug\(at)\n"
        case .powerCycled: return "\(start)power-cycle\(at)\n"
        case .ended: return start
        }
    }
    /// What ends a line that is still open.
    package mutating func finish() -> String {
        defer { open = nil }
        return open == nil ? "" : "\n"
    }

    /// The beginning of a transfer's end, and how long it took; nil for one that is not under way.
    private mutating func takeOff(_ number: Int, _ moment: Picoseconds) -> (String, Picoseconds)? {
        let isOpen = open == number
        guard let (name, duration) = takeOut(number, moment) else { return nil }
        guard !isOpen else {
            open = nil
            return ("", duration)
        }
        return ("\(finish())=\(name)", duration)
    }
    /// `81`, or `81#2` for the second of those under way on an endpoint.
    private mutating func takeOut(_ number: Int, _ moment: Picoseconds) -> (String, Picoseconds)? {
        for (endpoint, queue) in pending {
            guard let index = queue.firstIndex(where: { $0.number == number }) else { continue }
            pending[endpoint]?.remove(at: index)
            let start = queue[index].submittedAt
            let name = Self.hex(endpoint) + (index == 0 ? "" : "#\(index + 1)")
            return (name, moment > start ? moment - start : 0)
        }
        return nil
    }

    /// An entry by itself, for messages.
    static func line(_ event: BenchTranscript.Event) -> String {
        switch event {
        case .submitted(_, let work, let fault): text(work, "") + (fault.map { " !\($0.rawValue)" } ?? "")
        case .ended(_, .done(let bytes)) where bytes.isEmpty: "done"
        case .ended(_, let ending): String(text(ending).dropFirst())
        case .cancelled(_, let received): "cancel" + (received.isEmpty ? "" : " after\(hex(received))")
        case .portReset: "reset"
        case .unplugged: "unplug"
        case .plugged: "plug"
        case .powerCycled: "power-cycle"
        }
    }

    // MARK: - Parts of a line

    private static func text(_ work: BenchTranscript.Work, _ at: String) -> String {
        switch work {
        case .out(let bytes, let endpoint): "> \(hex(endpoint))\(at)\(hex(bytes))"
        case .read(let count, let endpoint): "< \(hex(endpoint))\(at) [\(count)]"
        case .control(let setup, let data):
            "S\(at)\(hex(setup))" + (data.isEmpty ? "" : " :\(hex(data))")
        case .request(let setup): "H\(at)\(hex(setup))"
        }
    }
    private static func text(_ ending: BenchTranscript.Ending) -> String {
        switch ending {
        case .done(let bytes): hex(bytes)
        case .stalled: " stalled"
        case .overflow: " overflow"
        case .disconnected: " disconnected"
        case .cancelled: " cancelled"
        case .timedOut(let moved): " timeout \(moved)"
        }
    }
    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    /// Bytes with a blank before each; runs of four and more are counted.
    private static func hex(_ bytes: [UInt8]) -> String {
        var text = ""
        var index = 0
        while index < bytes.count {
            let run = bytes[index...].prefix { $0 == bytes[index] }.count
            if run >= 4 {
                text += " \(hex(bytes[index]))*\(run)"
                index += run
            } else {
                text += " " + hex(bytes[index])
                index += 1
            }
        }
        return text
    }
    private static func at(_ moment: Picoseconds) -> String { "@" + microseconds(moment) }
    /// Exact, without zeros at the end.
    private static func microseconds(_ duration: Picoseconds) -> String {
        let (whole, rest) = duration.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest > 0 else { return "\(whole)" }
        let digits = String(String(rest + 1_000_000).dropFirst())
        return "\(whole)."
            + digits.prefix(digits.lastIndex { $0 != "0" }.map { $0.utf16Offset(in: digits) + 1 } ?? 6)
    }
}
