// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// The memory of the program that made a system call, with the protections it has there.
struct CallerMemory {
    let thread: Int32

    /// The end of user space on the machines we know; addresses beyond are never a program's own.
    private static let end: UInt64 = 0x00FF_FFFF_FFFF_F000

    private func isPlausible(_ address: UInt64, _ count: Int) -> Bool {
        let (end, overflow) = address.addingReportingOverflow(UInt64(count))
        return thread > 0 && address > 0 && !overflow && end <= Self.end
    }

    func read(_ address: UInt64, count: Int) throws(Errno) -> [UInt8] {
        guard count > 0 else { return [] }
        guard isPlausible(address, count) else { throw Errno(EFAULT) }
        var bytes = [UInt8](repeating: 0, count: count)
        guard shim_read_memory(thread, address, &bytes, count) == 0 else { throw Errno(EFAULT) }
        return bytes
    }

    func write(_ bytes: [UInt8], at address: UInt64) throws(Errno) {
        guard !bytes.isEmpty else { return }
        guard isPlausible(address, bytes.count),
            shim_write_memory(thread, address, bytes, bytes.count) == 0
        else { throw Errno(EFAULT) }
    }

    func write<Integer: FixedWidthInteger>(_ value: Integer, at address: UInt64) throws(Errno) {
        try write(withUnsafeBytes(of: value.littleEndian) { Array($0) }, at: address)
    }

    func readWord(_ address: UInt64) throws(Errno) -> UInt32 {
        try read(address, count: 4).enumerated().reduce(0) {
            $0 | UInt32($1.element) << UInt32(8 * $1.offset)
        }
    }
}

/// What a system call fails with.
struct Errno: Error, Hashable, Sendable {
    /// Positive.
    let number: Int32
    init(_ number: Int32) { self.number = number }
}
