// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

/// The rules as text; what udev makes of them is checked by Tests/USB/suite-udev.sh.
@Suite struct `Udev rules` {
    /// Vendor and product ids that the rules let through: `0483:374b`.
    private func listed() throws -> Set<String> {
        let file = try #require(try SourceTree.files(in: "udev", extension: "rules").first)
        let lines = file.text.matches(
            of: /(?m)^ATTRS\{idVendor\}=="(\w{4})", ATTRS\{idProduct\}=="([\w?|]+)", GOTO="extflash_probe"$/)
        return Set(
            lines.flatMap { line in line.2.split(separator: "|").map { "\(line.1):\($0)" } })
    }

    @Test func `let every ST-LINK through that the driver knows, but for the first generation`() throws {
        let drivers = try SourceTree.files(in: "Sources/STLinkProbe")
        let file = try #require(drivers.first { $0.path.hasSuffix("STLinkProduct.swift") })
        let products = file.text.matches(of: /STLinkProduct\(0x([0-9a-f]{4}), \.(v\d+)/)
        #expect(products.count == 12)
        let listed = try listed()
        for product in products {
            #expect(listed.contains("0483:\(product.1)") == (product.2 != "v1"), "\(product.1)")
        }
    }

    /// Devices whose product string does not have to say that they are CMSIS-DAP probes.
    @Test func `let every CMSIS-DAP probe through that is known by its ids`() throws {
        let known: KeyValuePairs = [
            "03eb": "2111 2140 2141 2144 2145 2157 2169 216a 216c 2170 2175",
            "04b4": "f138 f139 f148 f151 f152 f154 f155 f166", "0483": "572a", "0d28": "0204",
            "1209": "3443", "1366": "1008", "1a86": "8011 8012", "1fc9": "0090 0143", "2e8a": "0004 000c",
            "30cc": "9527", "6666": "99??", "c251": "2710 2750 f001 f002 f00a f00b",
        ]
        let wanted = known.flatMap { vendor, products in
            products.split(separator: " ").map { "\(vendor):\($0)" }
        }
        let listed = try listed()
        #expect(Set(wanted).subtracting(listed) == [])
        // And nothing else but ST-LINKs.
        #expect(listed.subtracting(wanted).filter { !$0.hasPrefix("0483:37") } == [])
    }
}
