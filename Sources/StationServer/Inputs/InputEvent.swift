// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One event of an input device (`struct input_event`, linux/input.h).
struct InputEvent: Hashable, Sendable {
    enum Kind: UInt16, Sendable {
        /// EV_SYN.
        case synchronization = 0
        /// EV_KEY.
        case key = 1
    }
    /// When it happened, by the machine's clock.
    let time: Duration
    let kind: UInt16
    let code: UInt16
    /// Of a key: 0 released, 1 pressed, 2 repeated by itself.
    let value: Int32

    /// SYN_DROPPED: the kernel had no room for some events.
    var isLoss: Bool { kind == Kind.synchronization.rawValue && code == 3 }
    var isPress: Bool { kind == Kind.key.rawValue && value == 1 }
    var isRelease: Bool { kind == Kind.key.rawValue && value == 0 }
}

/// Cuts events out of what a device hands over, in pieces of any size.
struct InputEventReader {
    /// Two words of a time, then type, code and value, all in the machine's order.
    static let size = 2 * MemoryLayout<Int>.size + 8
    private var rest: [UInt8] = []

    mutating func add(_ bytes: [UInt8]) -> [InputEvent] {
        rest += bytes
        var events: [InputEvent] = []
        var at = 0
        while at + Self.size <= rest.count {
            events.append(Self.event(rest[at..<at + Self.size]))
            at += Self.size
        }
        rest.removeFirst(at)
        return events
    }

    private static func event(_ bytes: ArraySlice<UInt8>) -> InputEvent {
        bytes.withUnsafeBytes { bytes in
            let word = MemoryLayout<Int>.size
            let seconds = bytes.loadUnaligned(as: Int.self)
            let microseconds = bytes.loadUnaligned(fromByteOffset: word, as: Int.self)
            return InputEvent(
                time: .seconds(seconds) + .microseconds(microseconds),
                kind: bytes.loadUnaligned(fromByteOffset: 2 * word, as: UInt16.self),
                code: bytes.loadUnaligned(fromByteOffset: 2 * word + 2, as: UInt16.self),
                value: bytes.loadUnaligned(fromByteOffset: 2 * word + 4, as: Int32.self))
        }
    }
}
