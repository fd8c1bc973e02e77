// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The bench's time, shared by host, probe and target: while the host waits, the others run.
final class BenchTime: Timebase {
    private let controller: VirtualHostController
    init(_ controller: VirtualHostController) { self.controller = controller }

    var now: Duration { controller.now.duration }
    func wait(for duration: Duration) {
        let (end, overflow) = controller.now.addingReportingOverflow(Picoseconds(duration))
        controller.advance(to: overflow ? .max : end)
    }
}
