// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import TargetControl

extension LoadedLoader {
    /// Reads any range of the flash by mapped address, the last bytes included.
    ///
    /// Through the memory map where Init left it on, else through the loader's Read, else register by register.
    package func read(_ count: Int, at address: UInt32) throws(LoaderError) -> [UInt8] {
        try checkRange(.read, address, count)
        guard count > 0 else { return [] }
        if !mode.isKnown { try initialize() }
        // Init may have to run to know whether there is a map.
        if mapped != nil || !canRead { try enter(.mapped) }
        let safe = mappedCount(count, at: address)
        var bytes: [UInt8] = []
        if safe > 0 {
            do { bytes = try target.core.memory.read(safe, at: address) } catch {
                forget()
                throw .access(error, during: .mappedRead)
            }
        }
        guard bytes.count < count else { return bytes }
        return bytes + (try readWithoutMap(count - bytes.count, at: address + UInt32(bytes.count)))
    }

    private var canRead: Bool { calls(for: .read(at: flash.startAddress, count: 1, buffer: 0)) != nil }

    /// How many bytes from `address` on the map can give.
    private func mappedCount(_ count: Int, at address: UInt32) -> Int {
        guard let range = mapped?.range, range.contains(UInt64(address)) else { return 0 }
        return min(count, Int(range.upperBound - UInt64(address)))
    }

    private func readWithoutMap(_ count: Int, at address: UInt32) throws(LoaderError) -> [UInt8] {
        guard canRead else {
            // Takes the controller out of mapped mode: the next use needs Init.
            defer { forget() }
            return try readByDebugger(count, at: address &- flash.startAddress)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let part = min(bufferSize, count - bytes.count)
            let place = address + UInt32(bytes.count)
            try enter(.reading)
            let found = try readByLoader(part, at: place)
            try proveReach(of: found, at: place)
            bytes += found
        }
        return bytes
    }

    /// One call of Read, into a buffer that was filled before so that a lie shows.
    private func readByLoader(_ count: Int, at address: UInt32) throws(LoaderError) -> [UInt8] {
        let bytes = try filledRead(count, at: address, pattern: BufferFill.pattern)
        guard BufferFill.firstUntouched(bytes, pattern: BufferFill.pattern) != nil else { return bytes }
        // The flash may hold the pattern. It cannot hold its complement too.
        let again = try filledRead(count, at: address, pattern: ~BufferFill.pattern)
        for index in stride(from: 0, to: count, by: 4)
        where BufferFill.isUntouched(bytes, at: index, pattern: BufferFill.pattern)
            && BufferFill.isUntouched(again, at: index, pattern: ~BufferFill.pattern)
        {
            forget()
            throw .bufferUntouched(address: address + UInt32(index), file: fileName)
        }
        return again
    }

    private func filledRead(
        _ count: Int, at address: UInt32, pattern: UInt32
    ) throws(LoaderError) -> [UInt8] {
        // What is prepared for a Write stays.
        let buffer = layout.buffers[prepared?.buffer == 1 ? 0 : 1].lowerBound
        let size = UInt32((count + 3) & ~3)
        var work = CallWork(within: timing.read(count), amount: count)
        work.fill = (buffer..<buffer + size, pattern)
        for call in calls(for: .read(at: address, count: count, buffer: buffer)) ?? [] {
            try callExpectingSuccess(call, work)
        }
        do { return try target.core.memory.read(count, at: buffer) } catch {
            throw .access(error, during: .transfer)
        }
    }
}
