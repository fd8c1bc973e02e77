// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Logging

/// Where the station's log goes: as entries to the journal when systemd has started it, else as lines to standard error.
package enum StationLog {
    /// Once in a process, before the first log line.
    package static func begin() {
        if JournalLogHandler.isStandardError(ProcessInfo.processInfo.environment) {
            LoggingSystem.bootstrap { JournalLogHandler(identifier: $0) }
        } else {
            LoggingSystem.bootstrap(StreamLogHandler.standardError)
        }
    }
}
