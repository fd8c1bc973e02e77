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
        _ keys: UnsafePointer<UInt32>, _ result: Register
    ) -> UInt32 {
        let start = buffer &+ AgentPiece.data
        guard count > 0, let data = unsafe UnsafePointer<UInt8>(bitPattern: UInt(start)),
            let output = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(packed &+ AgentPiece.data)),
            let table = unsafe UnsafeMutablePointer<UInt16>(
                bitPattern: UInt(setting(AgentSettings.matches)))
        else { return AgentFault.badCommand }
        guard let digest = unsafe fill(start, from: address, count, keys) else { return giveUp() }
        // All at once would be a call of memset, of which there is none.
        var word: UInt32 = 0
        while word < UInt32(truncatingIfNeeded: LZ4Block.tableCount) / 2 {
            Register(setting(AgentSettings.matches) &+ word &* 4).value = 0xFFFF_FFFF
            word = word &+ 1
        }
        let size = unsafe LZ4Block.compress(
            data, Int(count), to: output, limit: Int(count &- count / 8), table)
        let header = size > 0 ? packed : buffer
        digest.write(to: header &+ AgentPiece.digest)
        result.value = UInt32(truncatingIfNeeded: size)
        note(count)
        return AgentFault.none
    }

    /// - Returns: the digest of what is in the buffer now; nil when the controller is stuck.
    private func fill(
        _ buffer: UInt32, from address: UInt32, _ count: UInt32, _ keys: UnsafePointer<UInt32>
    ) -> Digest? {
        if controller.drivesPair, (address | count) & 1 != 0 {
            return unsafe digestOfBytes(address, count, storingAt: buffer, keys)
        }
        var place = buffer
        return unsafe digest(address, count, keys) { word in
            Register(place).value = word
            place = place &+ 4
        }
    }
}
