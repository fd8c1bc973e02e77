// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A way for programs to reach the bus.
///
/// Implemented by ``UsbfsServer`` (device files) and by ``USBIPServer`` (the network).
protocol BusFront: AnyObject {
    /// What to wait for: descriptors with the events of poll(2).
    var interests: [BusInterest] { get }
    /// When something of it runs out of time.
    var nextDeadline: Duration? { get }
    /// Whether any program has a device open.
    var isInUse: Bool { get }

    func expire(at now: Duration)
    /// Serves descriptors that are ready; false when programs cannot reach it any more.
    func serve(_ ready: Set<Int32>) -> Bool
}

struct BusInterest: Hashable {
    var descriptor: Int32
    /// POLLIN, POLLOUT.
    var events: Int16
}
