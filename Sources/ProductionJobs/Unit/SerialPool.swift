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
    /// The rows of a table, in order: several values for each unit.
    case table(SerialTable)

    /// How many values there are.
    package var count: UInt64 {
        switch self {
        case .counter(let start, let step, let last), .addresses(let start, let step, let last):
            guard step > 0, last >= start else { return 0 }
            let steps = (last - start) / step
            return steps == .max ? .max : steps + 1
        case .list(let lines): return UInt64(lines.count)
        case .table(let table): return UInt64(table.rows.count)
        }
    }

    /// Numbers or addresses as people write them; nothing where they are neither, or not in order.
    package init?(first: String, last: String, step: UInt64) {
        guard let start = Self.number(first), let end = Self.number(last), end >= start, step > 0,
            end <= UInt64(Int64.max), step <= UInt64(Int64.max), first.contains(":") == last.contains(":")
        else { return nil }
        self =
            first.contains(":")
            ? .addresses(start: start, step: step, last: end) : .counter(start: start, step: step, last: end)
    }

    /// `1042`, or `02:00:00:00:00:2a`.
    package static func number(_ text: String) -> UInt64? {
        let bytes = text.split(separator: ":", omittingEmptySubsequences: false)
        guard bytes.count > 1 else {
            guard let digit = text.first, digit.isASCII, digit.isNumber else { return nil }
            // As many digits as a signed number of 64 bits always has room for.
            return text.utf8.count <= 18 ? UInt64(text) : nil
        }
        guard bytes.count == 6, bytes.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }) else {
            return nil
        }
        return UInt64(bytes.joined(), radix: 16)
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
        case .table(let table): return SerialValue(.text(table.rows[Int(index)][0]))
        }
    }

    /// Everything that a unit gets at `index`, by name: of a table also each column's, as ``columnKey(_:of:)``.
    package func values(at index: UInt64, named name: String) -> [String: SerialValue]? {
        guard let value = value(at: index) else { return nil }
        var values = [name: value]
        guard case .table(let table) = self else { return values }
        for (column, cell) in zip(table.columns, table.rows[Int(index)]) {
            values[Self.columnKey(column, of: name)] = SerialValue(.text(cell))
        }
        return values
    }

    /// `widget/mac`: no name of a pool has a slash.
    package static func columnKey(_ column: String, of pool: String) -> String { "\(pool)/\(column)" }
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
