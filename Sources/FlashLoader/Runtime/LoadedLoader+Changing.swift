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
        let (bytes, address) = aligned(bytes, at: address)
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

    /// What begins where a write may begin: bytes before it are as erased, which programming leaves as they are.
    private func aligned(_ bytes: [UInt8], at address: UInt32) -> (bytes: [UInt8], address: UInt32) {
        let lead = Int(address - flash.startAddress) % writeUnit
        guard lead > 0 else { return (bytes, address) }
        return ([UInt8](repeating: flash.erasedValue, count: lead) + bytes, address - UInt32(lead))
    }

    private func writePart(
        _ bytes: [UInt8], at address: UInt32, preparing next: [UInt8]
    ) throws(LoaderError) {
        let buffer = try bring(bytes)
        let other = 1 - buffer
        let upload = upload(of: next, to: other)
        let start = layout.buffers[buffer].lowerBound
        for call in calls(for: .program(at: address, count: bytes.count, buffer: start)) ?? [] {
            let count = call.extent?.count ?? bytes.count
            var work = CallWork(within: timing.program(count), amount: count)
            work.whileRunning = { _ in upload.advance() }
            try callExpectingSuccess(call, work)
            try noteLastCommand(of: call.function)
        }
        do { try upload.finish() } catch { throw .access(error, during: .transfer) }
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
    ///
    /// While the core is at it, `next` is brought to the target for the write that follows.
    package func eraseSectors(
        from first: UInt32, through last: UInt32, preparing next: [UInt8] = [], isCancelled: () -> Bool
    ) throws(LoaderError) {
        guard last >= first else {
            throw .outsideFlash(.sectorErase, addresses: UInt64(first)..<UInt64(first), flash: flashRange)
        }
        try checkRange(.sectorErase, first, Int(last - first) + 1)
        let part = Array(next.prefix(bufferSize))
        let upload = part.isEmpty || prepared != nil ? nil : upload(of: part, to: 0)
        for call in calls(for: .erase(first: first, last: last)) ?? [] {
            let extent = call.extent ?? UInt64(first)..<UInt64(last) + 1
            let sectors = flash.sectors(
                touching: UInt32(clamping: extent.lowerBound),
                through: UInt32(clamping: extent.upperBound - 1))
            var work = CallWork(
                within: timing.erase(sectors.map { ($0.size, $0.count) }), amount: extent.count)
            if let upload { work.whileRunning = { _ in upload.advance() } }
            try erase(call, work, isCancelled)
        }
        guard let upload else { return }
        do { try upload.finish() } catch { throw .access(error, during: .transfer) }
        prepared = (0, part)
    }

    private func upload(of bytes: [UInt8], to buffer: Int) -> BufferUpload {
        BufferUpload(
            bytes, to: layout.buffers[buffer].lowerBound, through: target.core.memory,
            on: target.core.timebase)
    }

    package func massErase(isCancelled: () -> Bool) throws(LoaderError) {
        guard let calls = calls(for: .eraseAll) else {
            throw .functionMissing(abi.format == .st ? .massErase : .eraseChip, file: fileName)
        }
        for call in calls {
            try erase(call, CallWork(within: timing.massErase(flash)), isCancelled)
        }
    }

    private func erase(
        _ wanted: LoaderCall, _ work: CallWork, _ isCancelled: () -> Bool
    ) throws(LoaderError) {
        try withoutActuallyEscaping(isCancelled) { (poll) throws(LoaderError) in
            var work = work
            work.isCancelled = poll
            // The erase of a call before may have been outwaited, after which Init is due.
            try enter(.erasing)
            let result = try call(wanted.function, wanted.arguments, work)
            guard !abi.isSuccess(result.r0, of: wanted) else {
                return try noteLastCommand(of: wanted.function)
            }
            forget()
            if try outwaited(wanted.function, work.deadline - result.duration, poll) { return }
            throw refusal(of: wanted.function, result.r0)
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
    var flashRange: Range<UInt64> { UInt64(flash.startAddress)..<flash.end }

    /// A loader masks addresses and programs somewhere else rather than refuse them.
    func checkRange(_ function: LoaderFunction, _ address: UInt32, _ count: Int) throws(LoaderError) {
        let range = UInt64(address)..<UInt64(address) + UInt64(max(0, count))
        guard range.lowerBound >= flashRange.lowerBound, range.upperBound <= flashRange.upperBound else {
            throw .outsideFlash(function, addresses: range, flash: flashRange)
        }
    }
}
