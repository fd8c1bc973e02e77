// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Essentials
import USBTransport

/// One asynchronous transfer with the buffer it owns.
///
/// libusb may write to the buffer until the callback came, so the object must outlive it: `LibUSBInterface`
/// keeps it until then.
final class LibUSBTransfer {
    let transfer: UnsafeMutablePointer<libusb_transfer>
    let isIn: Bool
    let limit: Duration
    /// Set by the callback; the form libusb_handle_events_timeout_completed wants.
    let completed: UnsafeMutablePointer<Int32>
    private let buffer: UnsafeMutablePointer<UInt8>
    private let capacity: Int

    init(
        handle: OpaquePointer, endpoint: USBEndpointDescriptor, outgoing bytes: [UInt8], readCount: Int,
        limit: Duration
    ) throws(USBError) {
        isIn = endpoint.isIn
        self.limit = limit
        capacity = isIn ? readCount : bytes.count
        guard let length = Int32(exactly: capacity), let transfer = libusb_alloc_transfer(0) else {
            throw .system(operation: "libusb_alloc_transfer", detail: "no memory for \(capacity) bytes")
        }
        self.transfer = transfer
        buffer = .allocate(capacity: max(1, capacity))
        buffer.initialize(repeating: 0, count: max(1, capacity))
        completed = .allocate(capacity: 1)
        completed.initialize(to: 0)
        if !isIn {
            for (offset, byte) in bytes.enumerated() { buffer[offset] = byte }
        }
        libusb_fill_bulk_transfer(
            transfer, handle, endpoint.address, buffer, length,
            { $0?.pointee.user_data?.assumingMemoryBound(to: Int32.self).pointee = 1 },
            UnsafeMutableRawPointer(completed), Self.milliseconds(limit))
        if endpoint.kind == .interrupt {
            transfer.pointee.type = UInt8(LIBUSB_TRANSFER_TYPE_INTERRUPT.rawValue)
        }
    }

    deinit {
        libusb_free_transfer(transfer)
        buffer.deallocate()
        completed.deallocate()
    }

    var isCompleted: Bool { completed.pointee != 0 }

    /// What came of it.
    ///
    /// Only after completion.
    func result() throws(USBError) -> [UInt8] {
        let moved = max(0, min(Int(transfer.pointee.actual_length), capacity))
        switch transfer.pointee.status {
        case LIBUSB_TRANSFER_COMPLETED:
            if isIn { return Array(UnsafeBufferPointer(start: buffer, count: moved)) }
            guard moved == capacity else {
                throw .transferFailed(detail: "\(moved) of \(capacity) bytes were taken")
            }
            return []
        case LIBUSB_TRANSFER_TIMED_OUT: throw .timedOut(after: limit, transferred: moved)
        case LIBUSB_TRANSFER_STALL: throw .stalled
        case LIBUSB_TRANSFER_NO_DEVICE: throw .disconnected
        case LIBUSB_TRANSFER_OVERFLOW: throw .overflow(expected: capacity)
        case LIBUSB_TRANSFER_CANCELLED: throw .cancelled
        default: throw .transferFailed(detail: "transfer error after \(moved) of \(capacity) bytes")
        }
    }

    /// At least 1: libusb takes 0 for "for ever".
    static func milliseconds(_ limit: Duration) -> UInt32 {
        UInt32(clamping: max(1, (limit.nanoseconds + 999_999) / 1_000_000))
    }
}
