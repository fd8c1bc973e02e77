// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A scanner, a keyboard or a foot switch at the station: one entry of the station file's `inputs`.
package struct InputDefinition: Hashable, Sendable {
    package var name: String
    package var device: Device
    package var use: Use
    /// What is programmed, by name.
    package var recipe: String
    package var batch: String?
    /// The same key, or the same code, within this time counts once.
    package var debounce: Duration

    package init(
        name: String, device: Device, use: Use, recipe: String, batch: String?, debounce: Duration
    ) {
        (self.name, self.device, self.use) = (name, device, use)
        (self.recipe, self.batch, self.debounce) = (recipe, batch, debounce)
    }

    package enum Device: Hashable, Sendable, CustomStringConvertible {
        /// A device node; a link of `/dev/input/by-id` stays right when it is plugged in again.
        case path(String)
        /// Vendor and product as USB has them; `physical` (`usb-0000:00:14.0-3`) tells apart devices that are alike.
        case usb(vendor: UInt16, product: UInt16, physical: String?)

        package var description: String {
            switch self {
            case .path(let path): path
            case .usb(let vendor, let product, let physical):
                hexadecimal(vendor) + ":" + hexadecimal(product) + (physical.map { " at \($0)" } ?? "")
            }
        }

        private func hexadecimal(_ number: UInt16) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    package enum Use: Hashable, Sendable {
        /// Codes are typed and ended with Enter: each is the serial number of a unit.
        case scanner(Scanner)
        case keys([Key])
    }

    package struct Scanner: Hashable, Sendable {
        package var start = Start.nextFree
        /// Of the unit that the code becomes.
        package var field = UnitJobRequest.identityField
        /// What keys type that type something else than on a keyboard of the US, by key code.
        package var layout: [UInt16: InputKey.Characters] = [:]

        package init() {}
    }

    package struct Key: Hashable, Sendable {
        package var code: UInt16
        package var start: Start

        package init(code: UInt16, start: Start) { (self.code, self.start) = (code, start) }
    }

    /// Where units begin.
    package enum Start: Hashable, Sendable {
        case nextFree
        /// The gang start: every slot that has nothing to do.
        case all
        case slot(String)
    }
}
