// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Data that cross a slow link in fewer bytes than they have.
extension Flash {
    /// Programs what lies packed at the end of its buffer, and is unpacked to the start of it.
    func programPacked(_ address: UInt32, _ count: UInt32, _ buffer: UInt32, _ size: UInt32) -> UInt32 {
        let place = AgentPiece.packedPlace(in: buffer, of: count, size)
        guard size <= count, let packed = unsafe UnsafePointer<UInt8>(bitPattern: UInt(place)),
            let data = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(buffer)),
            unsafe LZ4Block.decompress(packed, Int(size), to: data, Int(count))
        else { return AgentFault.badCommand }
        return program(address, count, buffer)
    }

    /// Reads in one go, with the digest of what was read in front of it.
    func read(
        _ address: UInt32, _ count: UInt32, _ buffer: UInt32, _ packed: UInt32,
        _ tables: UnsafeMutablePointer<UInt32>, _ result: Register
    ) -> UInt32 {
        let start = buffer &+ AgentPiece.data
        guard count > 0, let data = unsafe UnsafePointer<UInt8>(bitPattern: UInt(start)),
            let output = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(packed &+ AgentPiece.data)),
            let table = unsafe UnsafeMutablePointer<UInt16>(
                bitPattern: UInt(setting(AgentSettings.matches)))
        else { return AgentFault.badCommand }
        var digest = unsafe Digest(tables)
        guard fill(start, from: address, count, &digest) else { return giveUp() }
        // All at once would be a call of memset, of which there is none.
        var word: UInt32 = 0
        while word < UInt32(truncatingIfNeeded: LZ4Block.tableCount) / 2 {
            Register(setting(AgentSettings.matches) &+ word &* 4).value = 0xFFFF_FFFF
            word = word &+ 1
        }
        let size = unsafe LZ4Block.compress(
            data, Int(count), to: output, limit: Int(count &- count / 8), table)
        let header = size > 0 ? packed : buffer
        Register(header &+ AgentPiece.digest).value = digest.value
        Register(header &+ AgentPiece.digest &+ 4).value = digest.sums
        result.value = UInt32(truncatingIfNeeded: size)
        note(count)
        return AgentFault.none
    }

    @inline(__always) private func takeWord(_ place: UInt32, _ digest: inout Digest) {
        let word = controller.nextWord()
        digest.take(word)
        Register(place).value = word
    }

    /// - Returns: false when the controller is stuck.
    private func fill(
        _ buffer: UInt32, from address: UInt32, _ count: UInt32, _ digest: inout Digest
    ) -> Bool {
        if controller.drivesPair, (address | count) & 1 != 0 {
            return takeBytes(address, count, &digest, storingAt: buffer)
        }
        controller.beginReading(address, count)
        var (place, left) = (buffer, count)
        while left >= Controller.piece {
            guard controller.hasPiece() else { return false }
            var steps = Controller.piece / 8
            while steps > 0 {
                takeWord(place, &digest)
                takeWord(place &+ 4, &digest)
                place = place &+ 8
                steps &-= 1
            }
            left &-= Controller.piece
        }
        guard controller.hasAll() else { return false }
        while left >= 4 {
            takeWord(place, &digest)
            place = place &+ 4
            left &-= 4
        }
        // The rest of the last word is of no meaning.
        if left > 0 { Register(place).value = takeTail(left, &digest) }
        return controller.endReading()
    }
}
