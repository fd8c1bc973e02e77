// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
package import ObjectFiles

/// What rules need to know of one unit.
package struct UnitValues: Hashable, Sendable {
    /// Values taken from pools, by the pool's name.
    package var pools: [String: PatchValue] = [:]
    /// Scanned, sent or added.
    package var fields: [String: String] = [:]
    /// Of the microcontroller, 12 bytes.
    package var uniqueID: [UInt8] = []
    /// Seconds since 1970, UTC.
    package var time: Int64 = 0

    package init() {}
}

/// One rule's bytes for one unit.
package struct AppliedPatch: Hashable, Sendable {
    package let name: String
    package let address: UInt32
    package let bytes: [UInt8]
}

/// The rules of a recipe put on an image.
package struct UnitPatches: Sendable {
    package private(set) var image: FirmwareImage
    /// In order; tests hold them against what was asked for.
    package private(set) var applied: [AppliedPatch] = []

    /// Applies `rules` in order; bytes where the image has none are added to it.
    package init(
        _ rules: [PatchRule], on image: FirmwareImage, for unit: UnitValues
    ) throws(PatchError) {
        self.image = image
        for rule in rules {
            let bytes = try rule.bytes(of: try value(of: rule, unit))
            self.image = self.image.overlaid(with: bytes, at: rule.place.start, origin: "patch \(rule.name)")
            applied.append(AppliedPatch(name: rule.name, address: rule.place.start, bytes: bytes))
        }
    }

    private func value(of rule: PatchRule, _ unit: UnitValues) throws(PatchError) -> PatchValue {
        switch rule.value {
        case .pool(let name):
            guard let value = unit.pools[name] else { throw .missingField(rule: rule.name, field: name) }
            return value
        case .column(let column, let pool):
            let name = SerialPool.columnKey(column, of: pool)
            guard let value = unit.pools[name] else { throw .missingField(rule: rule.name, field: name) }
            return value
        case .field(let name):
            guard let text = unit.fields[name] else { throw .missingField(rule: rule.name, field: name) }
            return .text(text)
        case .date(let form): return CalendarDate(unixTime: unit.time).value(as: form)
        case .uniqueID: return .bytes(unit.uniqueID)
        case .fixed(let value): return value
        case .checksum(let kind, let range):
            guard let bytes = image.bytes(in: range) else {
                throw .nothingThere(rule: rule.name, range: range)
            }
            return kind.value(of: bytes)
        }
    }
}

extension PatchRule.Checksum {
    func value(of bytes: [UInt8]) -> PatchValue {
        switch self {
        case .crc32:
            var check = CRC32()
            check.update(bytes)
            return .number(UInt64(check.value))
        case .crc16CCITT: return .number(UInt64(CyclicCheck.ccitt.value(of: bytes)))
        case .crc16ARC: return .number(UInt64(CyclicCheck.arc.value(of: bytes)))
        case .crc16Modbus: return .number(UInt64(CyclicCheck.modbus.value(of: bytes)))
        case .sha256:
            return .bytes(
                SHA256.digest(of: bytes).words.flatMap { word in
                    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
                })
        }
    }
}

extension FirmwareImage {
    /// The bytes of `range`, if every one of them is given.
    func bytes(in range: AddressRange) -> [UInt8]? {
        let wanted = UInt64(range.bounds.lowerBound)..<UInt64(range.bounds.upperBound)
        let bytes = clipped(to: wanted).segments.flatMap(\.bytes)
        return bytes.count == range.count ? bytes : nil
    }

    /// This image with other bytes from `address` on.
    func overlaid(with bytes: [UInt8], at address: UInt32, origin: String) -> FirmwareImage {
        let new = ImageSegment(address: address, bytes: bytes, origin: origin)
        let before = clipped(to: 0..<UInt64(address)).segments
        let after = clipped(to: new.end..<UInt64(AddressRange.addressSpace)).segments
        return FirmwareImage(sorted: before + [new] + after)
    }
}
