// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Essentials
import USBTransport

/// One session with libusb, and the only place that handles its events.
///
/// Lives as long as any handle, transfer or watch that came of it.
final class LibUSBContext {
    let pointer: OpaquePointer
    let time = MonotonicTime()

    init() throws(USBError) {
        var context: OpaquePointer?
        let result = libusb_init(&context)
        guard result == 0, let context else {
            // How libusb says that there is neither usbfs nor sysfs for USB.
            guard result != LIBUSB_ERROR_OTHER.rawValue else { throw .noUSB(detail: "no /dev/bus/usb") }
            throw .system(operation: "libusb_init", detail: LibUSB.name(result))
        }
        pointer = context
    }

    deinit { libusb_exit(pointer) }

    /// Handles events, and the callbacks they cause, until `isDone` or the limit.
    ///
    /// - Parameters:
    ///   - limit: of the wait.
    ///   - slice: how often `isDone` is looked at without an event.
    ///   - completed: makes libusb return as soon as it is not zero.
    ///   - isDone: ends the wait.
    /// - Returns: whether it was done.
    /// - Throws: `system` when libusb's own event handling fails.
    func handleEvents(
        within limit: Duration, slice: Duration = .milliseconds(500),
        completed: UnsafeMutablePointer<Int32>? = nil, until isDone: () -> Bool
    ) throws(USBError) -> Bool {
        let deadline = Deadline(in: limit, on: time)
        while !isDone() {
            guard !deadline.hasPassed else { return false }
            let microseconds = max(1, min(deadline.remaining, slice).nanoseconds / 1000)
            var interval = timeval(tv_sec: 0, tv_usec: Int(microseconds))
            let result = libusb_handle_events_timeout_completed(pointer, &interval, completed)
            guard result == 0 || result == LIBUSB_ERROR_INTERRUPTED.rawValue else {
                throw .system(operation: "libusb_handle_events", detail: LibUSB.name(result))
            }
        }
        return true
    }

    /// Calls `body` for each device until it returns false.
    func forEachDevice(_ body: (OpaquePointer) -> Bool) throws(USBError) {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = libusb_get_device_list(pointer, &list)
        guard count >= 0, let list else {
            throw .system(
                operation: "libusb_get_device_list", detail: LibUSB.name(Int32(truncatingIfNeeded: count)))
        }
        defer { libusb_free_device_list(list, 1) }
        for index in 0..<count {
            guard let device = list[index] else { continue }
            if !body(device) { return }
        }
    }
}
