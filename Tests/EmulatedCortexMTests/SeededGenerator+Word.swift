// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension SeededGenerator {
    mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 16) }
}
