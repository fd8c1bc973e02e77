// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Glibc
import USBTransport

/// Arrivals and departures on the machine's USB, in the order they came.
///
/// Arrivals are told by udev's daemon, once it has set the node's permissions; without one (in most containers) there
/// are none.
final class LibUSBWatch: USBWatch {
    /// What libusb's callback fills; it must not talk to devices itself.
    private final class Queue {
        /// More than this many unfetched events are a device that comes and goes without end; the oldest are dropped.
        static let limit = 256
        /// Each device with a reference of ours.
        var events: [(device: OpaquePointer, hasLeft: Bool)] = []

        func append(_ device: OpaquePointer, hasLeft: Bool) {
            if events.count == Self.limit { libusb_unref_device(events.removeFirst().device) }
            events.append((libusb_ref_device(device), hasLeft))
        }
        deinit { for event in events { libusb_unref_device(event.device) } }
    }

    /// Where udev's daemon listens as long as it runs (systemd-udevd.service(8)).
    private static let daemon = "/run/udev/control"

    let isComplete = access(LibUSBWatch.daemon, F_OK) == 0

    private let context: LibUSBContext
    private var queue = Queue()
    private var callback: libusb_hotplug_callback_handle = 0

    init(_ context: LibUSBContext) throws(USBError) {
        self.context = context
        let events =
            LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
        let any = Int32(LIBUSB_HOTPLUG_MATCH_ANY)
        let result = libusb_hotplug_register_callback(
            context.pointer, Int32(events), 0, any, any, any,
            { _, device, event, queue in
                if let device, let queue {
                    Unmanaged<Queue>.fromOpaque(queue).takeUnretainedValue()
                        .append(device, hasLeft: event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT)
                }
                return 0
            }, Unmanaged.passUnretained(queue).toOpaque(), &callback)
        guard result == 0 else {
            throw .system(operation: "libusb_hotplug_register_callback", detail: LibUSB.name(result))
        }
    }

    deinit {
        libusb_hotplug_deregister_callback(context.pointer, callback)
        // Devices may not outlive libusb's session.
        queue = Queue()
    }

    func next(within limit: Duration) throws(USBError) -> USBEvent? {
        while true {
            guard try context.handleEvents(within: limit, until: { !queue.events.isEmpty }) else {
                return nil
            }
            let event = queue.events.removeFirst()
            defer { libusb_unref_device(event.device) }
            if event.hasLeft { return .left(LibUSBDescriptors.location(of: event.device)) }
            // One that is gone again is told by its departure.
            if let device = LibUSBDescriptors.describe(event.device) { return .arrived(device) }
        }
    }
}
