// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// What this process has used so far.
enum ProcessUsage {
    /// Largest resident size in bytes (getrusage(2); Linux counts in KiB).
    static var peakMemoryBytes: UInt64 {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
        return UInt64(max(0, usage.ru_maxrss)) * 1024
    }
}
