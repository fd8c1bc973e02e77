// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A day of the proleptic Gregorian calendar in UTC, and the moment it was taken from.
struct CalendarDate: Hashable {
    let unixTime: Int64
    let year: Int
    let month: Int
    let day: Int

    init(unixTime: Int64) {
        self.unixTime = unixTime
        // Years that begin in March put the leap day at their end; 719468 days lie between 0000-03-01 and 1970.
        let days = Int(floorDivision(unixTime, 86_400)) + 719_468
        let era = Int(floorDivision(Int64(days), 146_097))
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    func value(as form: PatchRule.DateForm) -> PatchValue {
        switch form {
        case .day: .text(padded(year, 4) + padded(month, 2) + padded(day, 2))
        case .shortDay: .text(padded(year % 100, 2) + padded(month, 2) + padded(day, 2))
        case .week: .text(padded(week.year % 100, 2) + padded(week.number, 2))
        case .unix: .number(UInt64(max(0, unixTime)))
        }
    }

    /// Of ISO 8601: the week belongs to the year that has its Thursday.
    var week: (year: Int, number: Int) {
        let days = floorDivision(unixTime, 86_400)
        // 1970-01-01 was a Thursday; Monday is 0.
        let weekday = Int64((days + 3) % 7 + 7) % 7
        let thursday = CalendarDate(unixTime: (days - weekday + 3) * 86_400)
        let first = CalendarDate.days(year: thursday.year)
        return (thursday.year, Int(floorDivision(thursday.unixTime, 86_400) - first) / 7 + 1)
    }

    /// Days from 1970 to the first of January of `year`.
    private static func days(year: Int) -> Int64 {
        let before = Int64(year - 1)
        return before * 365 + floorDivision(before, 4) - floorDivision(before, 100)
            + floorDivision(before, 400)
            - 719_162
    }

    /// Days from 1970 to a day of the Gregorian calendar; a day that its month lacks is one of the next.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][(month - 1) % 12]
        return days(year: year) + Int64(before + (isLeap && month > 2 ? 1 : 0) + day - 1)
    }

    private func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Towards the smaller number, also below zero.
private func floorDivision(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}
