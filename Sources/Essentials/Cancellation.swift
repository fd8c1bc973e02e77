// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization

/// A request to stop, set from anywhere (a signal handler's thread, another task) and polled between steps.
package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    package init() {}
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
    package func cancel() { flag.store(true, ordering: .relaxed) }
}
