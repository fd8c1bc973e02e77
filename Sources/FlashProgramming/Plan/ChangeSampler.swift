// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Decides how much of a sector is read at first.
///
/// Where the last sector had to be erased, a page usually shows that the next has to be, too; where it had not, a page
/// would only be a read more.
struct ChangeSampler {
    var expectsChange = true

    /// As much as costs hardly more than a page does.
    static let largeSample = 4096

    /// All positions below `count`, each as far from those before it as halving goes.
    static func order(_ count: Int) -> [Int] {
        var width = 1
        while width < count { width *= 2 }
        var order = [0]
        var step = width / 2
        while step > 0 {
            order += stride(from: step, to: width, by: step * 2)
            step /= 2
        }
        return order.filter { $0 < count }
    }
}

extension AddressRange {
    /// The first `size` bytes, and the rest if there is one.
    func beginning(of size: Int) -> [AddressRange] {
        let cut = min(bounds.lowerBound + max(1, size), bounds.upperBound)
        return [AddressRange(bounds.lowerBound..<cut), AddressRange(cut..<bounds.upperBound)].compactMap(
            \.self)
    }
}
