// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// DAP_Transfer, DAP_TransferBlock and DAP_WriteABORT.
extension VirtualCMSISDAP {
    /// The request byte of a transfer.
    struct TransferRequest {
        var rawValue: UInt8
        var isAccessPort: Bool { rawValue & 0x01 != 0 }
        var isRead: Bool { rawValue & 0x02 != 0 }
        var matchesValue: Bool { rawValue & 0x10 != 0 }
        var setsMask: Bool { rawValue & 0x20 != 0 }
        var wantsTimestamp: Bool { rawValue & 0x80 != 0 }
        var packet: SWDRequest { SWDRequest(isAccessPort: isAccessPort, isRead: isRead, address: rawValue) }
        /// Reads carry a word only to compare with.
        var carriesWord: Bool { !isRead || matchesValue }
    }
    private static let okay: UInt8 = 1
    private static let wait: UInt8 = 2
    private static let protocolError: UInt8 = 8
    private static let mismatch: UInt8 = 0x10

    /// One packet, WAIT repeated as configured; the result is the response byte.
    private func exchange(_ request: SWDRequest, _ value: UInt32 = 0) -> (response: UInt8, data: UInt32) {
        var reply = wire.transfer(request, writing: value)
        var left = waitRetries
        while reply.isWait, left > 0, !isAborted {
            left -= 1
            reply = wire.transfer(request, writing: value)
        }
        let isGarbled = reply.acknowledge == Self.okay && !reply.parityIsGood
        return (isGarbled ? Self.protocolError : reply.acknowledge, reply.value)
    }

    /// State of one DAP_Transfer while its list is worked off.
    private struct Progress {
        var data: [UInt8] = []
        var count: UInt8 = 0
        var response: UInt8 = 0
        /// An AP read was acknowledged, its result is still in the target.
        var isPosted = false
        var mustCheckWrite = false
    }

    func transfer(_ request: inout CMSISDAPRequest) -> [UInt8] {
        beginTransfer()
        _ = request.byte()
        var left = Int(request.byte())
        var progress = Progress()
        var isRunning = port == .serialWire
        while left > 0, isRunning {
            left -= 1
            let item = TransferRequest(rawValue: request.byte())
            let word = item.carriesWord ? request.word() : 0
            isRunning = item.isRead ? read(item, word, &progress) : write(item, word, &progress)
            if isRunning { progress.count += 1 }
            if isAborted { isRunning = false }
        }
        // What was not executed is still part of the packet.
        for _ in 0..<left {
            if TransferRequest(rawValue: request.byte()).carriesWord { _ = request.word() }
        }
        finish(&progress)
        return [progress.count, progress.response] + progress.data
    }

    /// The last result is fetched, or the last write's fate is asked for.
    private func finish(_ progress: inout Progress) {
        guard progress.response == Self.okay else { return }
        if progress.isPosted {
            _ = fetch(&progress)
        } else if progress.mustCheckWrite, personality.checksLastWrite {
            progress.response = exchange(.readDP(0xC)).response
        }
    }

    /// RDBUFF into the response.
    private func fetch(_ progress: inout Progress) -> Bool {
        let (response, data) = exchange(.readDP(0xC))
        progress.response = response
        progress.isPosted = false
        guard response == Self.okay else { return false }
        Self.append(data, to: &progress.data)
        return true
    }

    private func read(_ item: TransferRequest, _ match: UInt32, _ progress: inout Progress) -> Bool {
        if progress.isPosted {
            guard item.isAccessPort, !item.matchesValue else {
                guard fetch(&progress) else { return false }
                return read(item, match, &progress)
            }
            // Fetches the word before and posts the next in one packet.
            let (response, data) = exchange(item.packet)
            progress.response = response
            guard response == Self.okay else { return false }
            Self.append(data, to: &progress.data)
            stamp(item, &progress)
            return true
        }
        progress.mustCheckWrite = false
        if item.matchesValue { return readUntilMatch(item, match, &progress) }
        let (response, data) = exchange(item.packet)
        progress.response = response
        guard response == Self.okay else { return false }
        stamp(item, &progress)
        if item.isAccessPort { progress.isPosted = true } else { Self.append(data, to: &progress.data) }
        return true
    }

    private func readUntilMatch(_ item: TransferRequest, _ match: UInt32, _ progress: inout Progress) -> Bool
    {
        if item.isAccessPort {
            progress.response = exchange(item.packet).response
            guard progress.response == Self.okay else { return false }
        }
        var left = matchRetries
        while true {
            let (response, data) = exchange(item.packet)
            progress.response = response
            guard response == Self.okay else { return false }
            if data & matchMask == match { return true }
            guard left > 0, !isAborted else {
                progress.response |= Self.mismatch
                return false
            }
            left -= 1
        }
    }

    private func write(_ item: TransferRequest, _ word: UInt32, _ progress: inout Progress) -> Bool {
        if progress.isPosted { guard fetch(&progress) else { return false } }
        if item.setsMask {
            matchMask = word
            progress.response = Self.okay
            return true
        }
        progress.response = exchange(item.packet, word).response
        guard progress.response == Self.okay else { return false }
        stamp(item, &progress)
        progress.mustCheckWrite = true
        return true
    }

    private func stamp(_ item: TransferRequest, _ progress: inout Progress) {
        guard item.wantsTimestamp else { return }
        Self.append(UInt32(truncatingIfNeeded: clock.now / .microseconds(1)), to: &progress.data)
    }

    private static func append(_ word: UInt32, to data: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            data.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    // MARK: - Blocks

    func transferBlock(_ request: inout CMSISDAPRequest) -> [UInt8] {
        beginTransfer()
        _ = request.byte()
        let count = Int(request.halfword())
        guard count > 0 else { return [0, 0, 0] }
        let item = TransferRequest(rawValue: request.byte())
        let words = item.isRead ? [] : (0..<count).map { _ in request.word() }
        guard port == .serialWire else { return [0, 0, 0] }
        var data: [UInt8] = []
        let (done, response) = item.isRead ? readBlock(item, count, &data) : writeBlock(item, words)
        return DescriptorBuilder.u16(UInt16(done)) + [response] + data
    }

    private func readBlock(_ item: TransferRequest, _ count: Int, _ data: inout [UInt8]) -> (Int, UInt8) {
        if item.isAccessPort {
            let posted = exchange(item.packet).response
            guard posted == Self.okay else { return (0, posted) }
        }
        for index in 0..<count {
            let isLast = item.isAccessPort && index + 1 == count
            let (response, word) = exchange(isLast ? .readDP(0xC) : item.packet)
            guard response == Self.okay else { return (index, response) }
            Self.append(word, to: &data)
        }
        return (count, Self.okay)
    }

    private func writeBlock(_ item: TransferRequest, _ words: [UInt32]) -> (Int, UInt8) {
        for (index, word) in words.enumerated() {
            let response = exchange(item.packet, word).response
            guard response == Self.okay else { return (index, response) }
        }
        return (words.count, personality.checksLastWrite ? exchange(.readDP(0xC)).response : Self.okay)
    }

    func writeAbort(_ request: inout CMSISDAPRequest) -> UInt8 {
        _ = request.byte()
        let value = request.word()
        guard port == .serialWire else { return 0xFF }
        _ = wire.transfer(.writeDP(0), writing: value)
        return 0x00
    }
}
