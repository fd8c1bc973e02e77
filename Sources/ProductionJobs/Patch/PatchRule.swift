// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Bytes of the image that are the unit's own.
package struct PatchRule: Hashable, Sendable {
    /// How people and records call the value: `serial`.
    package var name: String
    /// Where it goes, and how many bytes it takes.
    package var place: AddressRange
    package var value: Value
    package var format: Format

    /// Where the value comes from.
    package enum Value: Hashable, Sendable {
        /// The next value of a pool of serial numbers or addresses, given once for ever.
        case pool(String)
        /// One column of a pool that is a table.
        case column(String, pool: String)
        /// A field of the unit: scanned, sent with the job, or added by the hook before it.
        case field(String)
        /// The day the unit was programmed, in UTC.
        case date(DateForm)
        /// The 96-bit unique id of the microcontroller, first byte first.
        case uniqueID
        /// Over bytes of the image, those written by earlier rules among them.
        case checksum(Checksum, over: AddressRange)
        case fixed(PatchValue)
    }

    package enum DateForm: String, CaseIterable, Hashable, Sendable {
        /// `20260131`
        case day = "yyyymmdd"
        /// `260131`
        case shortDay = "yymmdd"
        /// `2605`: year and week of ISO 8601.
        case week = "yyww"
        /// Seconds since 1970.
        case unix
    }

    package enum Checksum: String, CaseIterable, Hashable, Sendable {
        case crc32 = "crc-32"
        /// Polynomial 0x1021, start FFFFh: CRC-16/IBM-3740, known as CCITT-FALSE.
        case crc16CCITT = "crc-16-ccitt"
        /// Polynomial 0x8005 reflected, start 0: CRC-16/ARC.
        case crc16ARC = "crc-16-arc"
        /// Polynomial 0x8005 reflected, start FFFFh: CRC-16/MODBUS.
        case crc16Modbus = "crc-16-modbus"
        case sha256 = "sha-256"
    }

    /// How a value becomes bytes.
    package struct Format: Hashable, Sendable {
        package var coding = Coding.binary
        /// Of numbers in binary and BCD.
        package var order = ByteOrder.little
        /// Digits of a number in text, with zeros before it; nil: as many as it has.
        package var digits: Int?
        /// Behind a text that is shorter than its place.
        package var fill: UInt8 = 0
        /// Between the bytes of an address in text: `:`.
        package var separator = ""
    }

    package enum Coding: String, CaseIterable, Hashable, Sendable {
        /// A number as it is, or bytes as they are.
        case binary
        /// Decimal digits, or the text.
        case ascii
        /// Hexadecimal digits as text, capital letters.
        case hex
        /// Two decimal digits a byte.
        case bcd
    }

    package enum ByteOrder: String, CaseIterable, Hashable, Sendable {
        case little, big
    }
}

/// A value before it has bytes.
package enum PatchValue: Hashable, Sendable {
    case number(UInt64)
    case text(String)
    case bytes([UInt8])
}
