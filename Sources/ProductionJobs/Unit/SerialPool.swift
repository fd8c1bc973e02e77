// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where the values of one pool come from; each is given once.
package enum SerialPool: Hashable, Sendable {
    /// `start`, `start + step` … up to `last`.
    case counter(start: UInt64, step: UInt64, last: UInt64)
    /// Addresses of 48 bits, counted like numbers.
    case addresses(start: UInt64, step: UInt64, last: UInt64)
    /// The lines of a list, in order.
    case list([String])

    /// How many values there are.
    package var count: UInt64 {
        switch self {
        case .counter(let start, let step, let last), .addresses(let start, let step, let last):
            guard step > 0, last >= start else { return 0 }
            let steps = (last - start) / step
            return steps == .max ? .max : steps + 1
        case .list(let lines): return UInt64(lines.count)
        }
    }

    /// The value at `index`, counted from 0.
    package func value(at index: UInt64) -> SerialValue? {
        guard index < count else { return nil }
        switch self {
        case .counter(let start, let step, _): return SerialValue(.number(start + index * step))
        case .addresses(let start, let step, _):
            let number = start + index * step
            return SerialValue(
                .bytes((0..<6).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (5 - $0))) }))
        case .list(let lines): return SerialValue(.text(lines[Int(index)]))
        }
    }
}

/// A value of a pool, and how records and people write it.
package struct SerialValue: Hashable, Sendable {
    package let value: PatchValue

    package init(_ value: PatchValue) { self.value = value }

    /// `1042`, `02:00:00:00:00:2A`, or the line of the list.
    package var text: String {
        switch value {
        case .number(let number): String(number)
        case .text(let text): text
        case .bytes(let bytes):
            bytes.map { byte in
                let digits = String(byte, radix: 16, uppercase: true)
                return digits.count == 1 ? "0" + digits : digits
            }.joined(separator: ":")
        }
    }
}
