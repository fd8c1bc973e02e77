// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension [UInt8] {
    /// For traces: the first bytes as captures print them, and how many there are when that is not all.
    package var hexDump: String {
        let shown = prefix(32).map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }
        return shown.joined(separator: " ") + (count > 32 ? " … (\(count))" : "")
    }
}
