// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController

/// What a flash says of itself in its discoverable parameters.
package struct FlashParameters: Encodable, Sendable {
    package struct Erase: Encodable, Sendable {
        package let bytes: UInt64
        package let instruction: String
    }
    /// `1.6`.
    package let revision: String
    package let bytes: UInt64
    package let pageBytes: UInt32?
    package let erases: [Erase]
    /// How the quad enable bit is set, by JESD216's code.
    package let quadEnableRequirement: Int?
    /// 3, 4, or both.
    package let addressBytes: [Int]
}

extension FlashParameters {
    init(_ parameters: DiscoverableParameters) {
        let addressBytes =
            switch parameters.addressing {
            case .three: [3]
            case .threeOrFour: [3, 4]
            case .four: [4]
            }
        self.init(
            revision: "\(parameters.major).\(parameters.minor)", bytes: parameters.size,
            pageBytes: parameters.page,
            erases: parameters.erases.map { Erase(bytes: $0.size, instruction: $0.instruction.hex) },
            quadEnableRequirement: parameters.quadEnableRequirement.map(Int.init), addressBytes: addressBytes)
    }

    static let schema = Schema.object([
        .key("revision", .text(pattern: "^[0-9]+\\.[0-9]+$"), "Of the parameters."),
        .key("bytes", .count, "The size of the flash."),
        .optional("pageBytes", .count, "The page size; absent before JESD216A."),
        .key(
            "erases",
            .list(
                of: .object([
                    .key("bytes", .count, "What one erase takes."),
                    .key("instruction", .hexadecimal(digits: 2), "The opcode."),
                ])), "The sizes that can be erased."),
        .optional(
            "quadEnableRequirement", .count,
            "How the quad enable bit is set (JESD216, 15th word, bits 22:20)."),
        .key("addressBytes", .list(of: .count), "How many bytes an address may have."),
    ])
}
