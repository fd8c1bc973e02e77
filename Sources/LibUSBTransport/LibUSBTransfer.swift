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
    enum Work {
        case out([UInt8])
        /// At most this many bytes.
        case read(Int)

        var isIn: Bool {
            switch self {
            case .out: false
            case .read: true
            }
        }
        var size: Int {
            switch self {
            case .out(let bytes): bytes.count
            case .read(let count): count
            }
        }
    }

    /// Far above what any probe takes at once, far below what usbfs lends to all programs together (16 MiB).
    private static let sizeLimit = 1 << 20

    let transfer: UnsafeMutablePointer<libusb_transfer>
    let limit: Duration
    /// Set by the callback; the form libusb_handle_events_timeout_completed wants.
    let completed: UnsafeMutablePointer<Int32>
    private let isIn: Bool
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private let size: Int

    init(
        _ work: Work, on endpoint: USBEndpointDescriptor, of handle: OpaquePointer, limit: Duration
    ) throws(USBError) {
        (isIn, size, self.limit) = (work.isIn, work.size, limit)
        guard size <= Self.sizeLimit else { throw .overflow(expected: Self.sizeLimit) }
        guard let transfer = libusb_alloc_transfer(0) else {
            throw .system(
                operation: "libusb_alloc_transfer", detail: LibUSB.name(LIBUSB_ERROR_NO_MEM.rawValue))
        }
        self.transfer = transfer
        // Never empty, so that it has an address.
        buffer = .allocate(capacity: max(1, size))
        buffer.initialize(repeating: 0)
        if case .out(let bytes) = work { _ = buffer.update(fromContentsOf: bytes) }
        completed = .allocate(capacity: 1)
        completed.initialize(to: 0)
        libusb_fill_bulk_transfer(
            transfer, handle, endpoint.address, buffer.baseAddress, Int32(size),
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
        let moved = max(0, min(Int(transfer.pointee.actual_length), size))
        switch transfer.pointee.status {
        case LIBUSB_TRANSFER_COMPLETED:
            if isIn { return Array(buffer.prefix(moved)) }
            guard moved == size else {
                throw .transferFailed(detail: "\(moved) of \(size) bytes were taken")
            }
            return []
        case LIBUSB_TRANSFER_TIMED_OUT: throw .timedOut(after: limit, transferred: moved)
        case LIBUSB_TRANSFER_STALL: throw .stalled
        case LIBUSB_TRANSFER_NO_DEVICE: throw .disconnected
        case LIBUSB_TRANSFER_OVERFLOW: throw .overflow(expected: size)
        case LIBUSB_TRANSFER_CANCELLED: throw .cancelled
        default: throw .transferFailed(detail: "transfer error after \(moved) of \(size) bytes")
        }
    }

    /// At least 1: libusb takes 0 for "for ever".
    static func milliseconds(_ limit: Duration) -> UInt32 {
        let nanoseconds = limit.nanoseconds
        let (rounded, overflow) = nanoseconds.addingReportingOverflow(999_999)
        return UInt32(clamping: max(1, (overflow ? nanoseconds : rounded) / 1_000_000))
    }
}
