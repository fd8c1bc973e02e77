// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A moment in UTC, to the millisecond, as records write it: `2026-01-31T12:00:00.250Z`.
package struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Nothing for a text of another form.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[23] == UInt8(ascii: "Z") else { return nil }
        for (index, separator) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, ".")] {
            guard bytes[index] == separator.utf8.first else { return nil }
        }
        func number(_ range: Range<Int>) -> Int64? {
            guard bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 & 15) }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let rest = number(20..<23), (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60,
            second < 60
        else { return nil }
        let days = CalendarDate.days(year: Int(year), month: Int(month), day: Int(day))
        milliseconds = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + rest
    }

    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : -((999 - milliseconds) / 1000) }

    package var description: String {
        let date = CalendarDate(unixTime: seconds)
        let inDay = Int(((seconds % 86_400) + 86_400) % 86_400)
        func padded(_ number: Int, _ digits: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))"
            + "T\(padded(inDay / 3600)):\(padded(inDay / 60 % 60)):\(padded(inDay % 60))"
            + ".\(padded(Int(milliseconds - seconds * 1000), 3))Z"
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
