// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import TargetControl

extension LoadedLoader {
    /// Programs any number of bytes at a mapped address (0x9…); none does nothing.
    package func write(_ bytes: [UInt8], at address: UInt32) throws(LoaderError) {
        try write(bytes, at: address, preparing: [])
    }

    /// Programs, and while the core is at it brings `next` to the target for the write that follows.
    ///
    /// Both buffers are in use then: link and flash work at the same time.
    package func write(
        _ bytes: [UInt8], at address: UInt32, preparing next: [UInt8]
    ) throws(LoaderError) {
        try checkRange(.write, address, bytes.count)
        guard !bytes.isEmpty else { return }
        try enter(.programming)
        var offset = 0
        while offset < bytes.count {
            let part = Array(bytes[offset..<min(offset + bufferSize, bytes.count)])
            let following = offset + part.count
            let upcoming =
                following < bytes.count
                ? Array(bytes[following..<min(following + bufferSize, bytes.count)])
                : Array(next.prefix(bufferSize))
            try writePart(part, at: address + UInt32(offset), preparing: upcoming)
            offset = following
        }
    }

    private func writePart(
        _ bytes: [UInt8], at address: UInt32, preparing next: [UInt8]
    ) throws(LoaderError) {
        let buffer = try bring(bytes)
        let other = 1 - buffer
        let upload = BufferUpload(
            next, to: layout.buffers[other].lowerBound, through: target.core.memory,
            on: target.core.timebase)
        var work = CallWork(within: timing.program(bytes.count), amount: bytes.count)
        work.whileRunning = { _ in upload.advance() }
        try callExpectingSuccess(
            .write, [address, UInt32(bytes.count), layout.buffers[buffer].lowerBound], work)
        do { try upload.finish() } catch { throw .access(error, during: .transfer) }
        try noteLastCommand(of: .write)
        prepared = next.isEmpty ? nil : (other, next)
    }

    /// Brings data to a buffer unless it is there already.
    ///
    /// - Returns: the index of the buffer.
    private func bring(_ bytes: [UInt8]) throws(LoaderError) -> Int {
        defer { prepared = nil }
        if let prepared, prepared.bytes == bytes { return prepared.buffer }
        do { try target.core.memory.write(bytes, at: layout.buffers[0].lowerBound) } catch {
            throw .access(error, during: .transfer)
        }
        return 0
    }

    /// Erases the sectors that hold `first`...`last`, both inclusive.
    package func eraseSectors(
        from first: UInt32, through last: UInt32, isCancelled: () -> Bool
    ) throws(LoaderError) {
        guard last >= first else {
            throw .outsideFlash(.sectorErase, addresses: UInt64(first)..<UInt64(first), flash: flashRange)
        }
        try checkRange(.sectorErase, first, Int(last - first) + 1)
        try enter(.erasing)
        // The last byte of the last sector: right for loaders that loop while (end >= start), and for those that do not.
        let end = min(image.storage.lastByteOfSector(at: last), UInt32(clamping: flashRange.upperBound - 1))
        let sectors = image.storage.sectors(touching: first, through: last).map { ($0.size, $0.count) }
        let work = CallWork(within: timing.erase(sectors), amount: Int(end - first) + 1)
        try erase(.sectorErase, [first, end], work, isCancelled)
    }

    package func massErase(isCancelled: () -> Bool) throws(LoaderError) {
        guard image.functions[.massErase] != nil else {
            throw .functionMissing(.massErase, file: image.fileName)
        }
        try enter(.erasing)
        try erase(.massErase, [0], CallWork(within: timing.massErase(image.storage)), isCancelled)
    }

    private func erase(
        _ function: LoaderFunction, _ arguments: [UInt32], _ work: CallWork, _ isCancelled: () -> Bool
    ) throws(LoaderError) {
        try withoutActuallyEscaping(isCancelled) { (poll) throws(LoaderError) in
            var work = work
            work.isCancelled = poll
            let result = try call(function, arguments, work)
            guard result.r0 != 1 else { return try noteLastCommand(of: function) }
            forget()
            if result.r0 == 0, try outwaited(function, work.deadline - result.duration, poll) { return }
            throw .refused(
                function, value: result.r0, file: image.fileName, findings: findings(after: function))
        }
    }

    /// A loader whose own time-out is too short for the chip gives up while the chip goes on erasing: waits for that.
    ///
    /// - Returns: whether an erase was going on and came to its end.
    private func outwaited(
        _ function: LoaderFunction, _ limit: Duration, _ isCancelled: () -> Bool
    ) throws(LoaderError) -> Bool {
        let core = target.core
        let deadline = Deadline(in: max(limit, .zero), on: core.timebase)
        var sawBusy = false
        while true {
            guard isStillBusy() else { return sawBusy }
            if !sawBusy {
                core.trace(
                    .warning, "the loader gave up while the flash is still erasing",
                    ["function": function.rawValue])
            }
            sawBusy = true
            if isCancelled() { throw .cancelled(function) }
            if deadline.hasPassed { return false }
            core.timebase.wait(for: .milliseconds(20))
        }
    }

    /// Whether the flash works on something, where its file or its own parameters say how to tell.
    private func isStillBusy() -> Bool {
        guard let chip else { return false }
        do {
            guard try controller.isClocked() else { return false }
            return try ChipInspector(controller).isBusy(chip)?.contains(true) ?? false
        } catch {
            // The failure that is reported is the loader's; that the flash cannot be asked either shows in its findings.
            return false
        }
    }
}

extension LoadedLoader {
    var flashRange: Range<UInt64> { UInt64(image.storage.startAddress)..<image.storage.end }

    /// A loader masks addresses and programs somewhere else rather than refuse them.
    func checkRange(_ function: LoaderFunction, _ address: UInt32, _ count: Int) throws(LoaderError) {
        let range = UInt64(address)..<UInt64(address) + UInt64(max(0, count))
        guard range.lowerBound >= flashRange.lowerBound, range.upperBound <= flashRange.upperBound else {
            throw .outsideFlash(function, addresses: range, flash: flashRange)
        }
    }
}
