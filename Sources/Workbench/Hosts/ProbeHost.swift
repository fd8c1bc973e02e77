// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import LibUSBTransport
package import USBTransport

/// What the probes of a bench are plugged into: this machine's USB, or a simulated bench.
///
/// Nothing else of the workbench knows which of them it is. Confined to the bench's thread.
package protocol ProbeHost: AnyObject {
    var bus: any USBBus { get }
    var time: any Timebase { get }
    /// Whose time that is.
    var clock: Timing.Clock { get }
    /// What has crossed the cable so far; nil where nobody counts.
    var link: Timing.Link? { get }
    /// What to call a probe of it is what it was asked for by, not a serial number.
    var isSimulated: Bool { get }
    /// A job is about to begin: whatever people have plugged in or out meanwhile is so now.
    func prepare() throws(WorkbenchError)
    /// A job has ended, however it did.
    func settle() throws(WorkbenchError)
}

/// This machine's own USB.
final class MachineHost: ProbeHost {
    let bus: any USBBus
    let time: any Timebase = MonotonicTime()
    var clock: Timing.Clock { .real }
    var link: Timing.Link? { nil }
    var isSimulated: Bool { false }

    init() throws(WorkbenchError) {
        bus = try doing("opening USB") { () throws(USBError) in try LibUSBBus() }
    }

    func prepare() {}
    func settle() {}
}
