// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// MDMA: transfers of memory, and on the QUADSPI's requests (RM0399, MDMA controller and its request lines).
///
/// It is a bus master of its own, whose accesses take no time here: what takes time is what it waits for. Not modelled: other
/// request lines, bursts, priorities, byte exchange, padding other than with zeros.
final class MasterDMA: WordPeripheral {
    static let interruptLine = 122
    private static let count = 16
    /// TSEL of the QUADSPI's FIFO threshold and transfer complete.
    private enum RequestLine { static let fifoThreshold: UInt32 = 22, transferComplete: UInt32 = 23 }
    private static let quadSPIData: UInt32 = 0x5200_5020

    /// Accesses at one moment, of which a list that leads back to itself has no end.
    private static let mostSteps = 1 << 20

    var port: DirectMemoryAccess.Port?
    unowned let quadSPI: QuadSPI
    private var channels = [MasterDMAChannel](repeating: MasterDMAChannel(), count: count)
    private var isServing = false
    private var isInterruptAsserted = false

    init(_ context: ChipContext, quadSPI: QuadSPI) {
        self.quadSPI = quadSPI
        super.init(context)
    }

    /// A channel will move something when the QUADSPI asks for it.
    var awaitsQuadSPI: Bool {
        channels.contains { channel in
            channel.isEnabled && !channel.waitsForSoftware
                && [RequestLine.fifoThreshold, RequestLine.transferComplete].contains(channel.requestLine)
        }
    }

    // MARK: Registers

    override func reset() {
        channels = Array(repeating: MasterDMAChannel(), count: Self.count)
        updateInterrupt()
    }
    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        if awaitsQuadSPI {
            quadSPI.advance(to: access.now)
            serve(at: access.now)
            context.stableUntil = quadSPI.nextChange
        }
        guard offset >= 0x40, let index = Self.channel(at: offset) else {
            guard offset == 0 else { return 0 }
            // GISR0.
            return channels.indices.reduce(0) { $0 | (channels[$1].flags != 0 ? 1 << UInt32($1) : 0) }
        }
        return channels[index][offset & 0x3F]
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        guard offset >= 0x40, let index = Self.channel(at: offset) else { return }
        let register = offset & 0x3F
        switch register {
        case 0x04: channels[index].flags &= ~(value & 0x1F)
        case 0x0C: writeControl(index, merge(channels[index].control, value, lanes: lanes))
        case _ where channels[index].isEnabled: break
        default: channels[index].set(register, merge(channels[index][register], value, lanes: lanes))
        }
        serve(at: access.now)
        if awaitsQuadSPI { context.needsAttention = true }
    }
    private static func channel(at offset: UInt32) -> Int? {
        let index = Int(offset >> 6) - 1
        return index < count ? index : nil
    }
    private func writeControl(_ index: Int, _ value: UInt32) {
        let wasEnabled = channels[index].isEnabled
        channels[index].control = value & 0x70FF
        if value >> 16 & 1 != 0, channels[index].isEnabled { channels[index].hasSoftwareRequest = true }
        if !channels[index].isEnabled {
            (channels[index].requested, channels[index].hasSoftwareRequest) = (0, false)
            channels[index].isEndless = false
        } else if !wasEnabled {
            channels[index].blockSize = channels[index].bytesLeft
            (channels[index].buffered, channels[index].error) = (0, 0)
        }
    }

    // MARK: Transfers

    /// Moves what can be moved now.
    func serve(at now: Picoseconds) {
        guard !isServing else { return }
        isServing = true
        var (hasMoved, steps) = (true, 0)
        while hasMoved {
            hasMoved = false
            for index in channels.indices where channels[index].isEnabled && !channels[index].isEndless {
                guard advance(index, at: now) else { continue }
                (hasMoved, steps) = (true, steps + 1)
                channels[index].isEndless = steps > Self.mostSteps
            }
        }
        isServing = false
        updateInterrupt()
    }

    /// One access to the source and one or more to the target; false if nothing could be done.
    private func advance(_ index: Int, at now: Picoseconds) -> Bool {
        if channels[index].requested == 0 {
            let size = max(channels[index].sourceSize, channels[index].targetSize)
            guard isRequested(channels[index]), isReady(channels[index], for: size) else { return false }
            channels[index].hasSoftwareRequest = false
            channels[index].requested = max(1, channels[index].requestSize)
            acknowledge(channels[index], at: now)
        }
        guard channels[index].bytesLeft > 0 else {
            endBlock(index, at: now)
            return true
        }
        let channel = channels[index]
        let size = max(channel.sourceSize, channel.targetSize)
        guard isReady(channel, for: size) else { return false }
        let moved = min(size, channel.bytesLeft)
        guard move(index, moved, at: now) else {
            channels[index].flags |= 1
            channels[index].control &= ~1
            channels[index].requested = 0
            return true
        }
        note(index, moved, at: now)
        return true
    }
    private func isRequested(_ channel: MasterDMAChannel) -> Bool {
        if channel.waitsForSoftware { return channel.hasSoftwareRequest }
        return switch channel.requestLine {
        case RequestLine.fifoThreshold: quadSPI.flagsNow & 4 != 0
        case RequestLine.transferComplete: quadSPI.flagsNow & 2 != 0
        default: false
        }
    }
    /// CxMDR is written to CxMAR when a request is taken, so that the flag behind it can be cleared.
    private func acknowledge(_ channel: MasterDMAChannel, at now: Picoseconds) {
        guard channel.maskAddress != 0 else { return }
        _ = port?.write(channel.maskAddress, .word, channel.maskData, now)
    }
    /// Whether the QUADSPI has as many bytes, or room for them; without that the access would wait.
    ///
    /// A HAL enables the channel that will read DR while the QUADSPI, still set to write, asks for data: nothing is read then.
    private func isReady(_ channel: MasterDMAChannel, for size: UInt32) -> Bool {
        if channel.source & ~3 == Self.quadSPIData {
            return quadSPI.fifo.count >= Int(min(size, channel.bytesLeft))
        }
        if channel.target & ~3 == Self.quadSPIData, quadSPI.operation == .sending {
            return quadSPI.fifo.room >= Int(size)
        }
        return true
    }

    /// `count` bytes, in accesses of the widths that the registers say; false is a bus error.
    private func move(_ index: Int, _ count: UInt32, at now: Picoseconds) -> Bool {
        guard let port else { return false }
        var bytes: UInt64 = 0
        var done: UInt32 = 0
        while done < count {
            let size = min(channels[index].sourceSize, count - done)
            let (width, unit) = Self.width(size)
            guard let value = port.read(channels[index].source, width, now) else {
                channels[index].error = 1 << 7 | channels[index].source & 0x7F
                return false
            }
            bytes |= UInt64(value) << UInt64(8 * done)
            channels[index].source &+= Self.share(channels[index].sourceStep, unit, size)
            done += unit
        }
        done = 0
        while done < count {
            let size = min(channels[index].targetSize, count - done)
            let (width, unit) = Self.width(size)
            let value = UInt32(truncatingIfNeeded: bytes >> UInt64(8 * done)) & width.mask
            guard port.write(channels[index].target, width, value, now) else {
                channels[index].error = channels[index].target & 0x7F
                return false
            }
            channels[index].target &+= Self.share(channels[index].targetStep, unit, size)
            done += unit
        }
        return true
    }
    /// The access for up to `size` bytes, and how many it moves.
    private static func width(_ size: UInt32) -> (BusWidth, UInt32) {
        switch size {
        case 4...: (.word, 4)
        case 2...: (.halfword, 2)
        default: (.byte, 1)
        }
    }
    /// Of a step that is meant for an access of `size` bytes, what one of `unit` bytes makes of it.
    private static func share(_ step: UInt32, _ unit: UInt32, _ size: UInt32) -> UInt32 {
        unit == size ? step : UInt32(bitPattern: Int32(bitPattern: step) * Int32(unit) / Int32(size))
    }

    /// Counts, and ends buffers, requests and blocks.
    private func note(_ index: Int, _ moved: UInt32, at now: Picoseconds) {
        channels[index].block -= moved
        channels[index].buffered += moved
        if channels[index].buffered >= channels[index].bufferSize || channels[index].bytesLeft == 0 {
            channels[index].buffered = 0
            channels[index].flags |= 1 << 4
        }
        channels[index].requested -= min(moved, channels[index].requested)
        if channels[index].bytesLeft == 0 { endBlock(index, at: now) }
    }
    private func endBlock(_ index: Int, at now: Picoseconds) {
        channels[index].flags |= 1 << 3
        guard !channels[index].repeatBlock() else { return }
        channels[index].flags |= 1 << 2
        if channels[index].link != 0, follow(index, at: now) { return }
        channels[index].flags |= 1 << 1
        channels[index].control &= ~1
        channels[index].requested = 0
    }
    /// The next block of a list: ten words at CxLAR, from CxTCR to CxMDR.
    private func follow(_ index: Int, at now: Picoseconds) -> Bool {
        let list = channels[index].link
        for place in 0..<10 {
            guard let word = port?.read(list &+ 4 * UInt32(place), .word, now) else {
                channels[index].error = 1 << 9
                channels[index].flags |= 1
                return false
            }
            channels[index].set(0x10 + 4 * UInt32(place), word)
        }
        (channels[index].blockSize, channels[index].buffered) = (channels[index].bytesLeft, 0)
        if channels[index].transfer >> 28 & 3 != 3 { channels[index].requested = 0 }
        return true
    }

    // MARK: Interrupt

    private func updateInterrupt() {
        // TEIE to TCIE stand one place above their flags.
        let isAsserted = channels.contains { $0.flags & $0.control >> 1 & 0x1F != 0 }
        guard isAsserted != isInterruptAsserted else { return }
        isInterruptAsserted = isAsserted
        context.setInterrupt(Self.interruptLine, asserted: isAsserted)
    }
}
