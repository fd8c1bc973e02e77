// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a part answers, byte by byte.
extension SerialFlash {
    func nextOutput() -> UInt8 {
        defer { position &+= 1 }
        switch instruction.action {
        case .readArray: return nextCell()
        case .readRegister(let index): return registerByte(index, position)
        case .readAnyRegister: return anyRegisterByte
        case .readDiscovery: return part.discovery[position % part.discovery.count]
        case .readSecurity: return securityByte
        case .readIdentification:
            let bytes = isQuadInterface ? part.quadIdentification : part.identification
            return bytes[position % bytes.count]
        case .readDeviceID: return position & 1 == 0 ? part.identification[0] : part.deviceID ?? 0xFF
        case .releasePowerDown: return part.deviceID ?? 0xFF
        case .readUniqueID: return uniqueID[(position - address) & 7]
        case .readLock: return protection.isLocked(address) ? 1 : 0
        default: return 0xFF
        }
    }
    /// No two chips have the same.
    private var uniqueID: [UInt8] {
        let number = 0xD164_5495_1B30_712B &+ (seed &- 1)
        return (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }

    /// The lower byte first, again and again.
    private func registerByte(_ index: Int, _ position: Int) -> UInt8 {
        settle()
        return UInt8(
            truncatingIfNeeded: registerValue(index) >> UInt16(8 * (position % part.registers[index].width)))
    }
    /// The register at the address; nothing is defined beside them.
    private var anyRegisterByte: UInt8 {
        settle()
        guard let found = register(at: selection.address) else { return 0xFF }
        let value = found.isKept ? registers.kept[found.index] : registerValue(found.index, ofDie: found.die)
        return UInt8(truncatingIfNeeded: value)
    }
    /// The register that has an address, whether that is the address of what is kept, and the die in whose range it is; nil where
    /// the address does not tell.
    func register(at address: UInt32) -> (index: Int, isKept: Bool, die: Int?)? {
        var (address, die): (UInt32, Int?) = (address, nil)
        if let stride = part.dies.registerStride {
            guard Int(address / stride) < part.dies.count else { return nil }
            (address, die) = (address % stride, Int(address / stride))
        }
        for (index, register) in part.registers.enumerated() {
            if register.volatileAddress == address { return (index, false, die) }
            if register.nonVolatileAddress == address { return (index, true, die) }
        }
        return nil
    }

    /// Within the area of the address; reading goes round in it.
    private var securityByte: UInt8 {
        guard let layout = part.security, let area = layout.area(of: address) else { return 0xFF }
        let offset = (position - layout.first - area * layout.stride) & (layout.size - 1)
        return security[area * layout.size + offset]
    }

    private func nextCell() -> UInt8 {
        let place = position & (part.count - 1)
        if instruction.wraps, let length = wrapLength, place & (length - 1) == length - 1 {
            position -= length
        }
        if part.dies.confineReads { confine(place) }
        // Cells whose change is suspended are in no defined state.
        if let undefinedCells, undefinedCells.contains(place) {
            return UInt8(truncatingIfNeeded: place &* 0x9D ^ 0x5A)
        }
        return array[place]
    }
    private var wrapLength: Int? {
        guard let burst = part.burstWrap else { return latches.wrapLength }
        return burst.lengths[burst.field.value(in: registers.values)]
    }
    private func confine(_ place: Int) {
        let size = part.count / part.dies.count
        if place & (size - 1) == size - 1 { position -= size }
    }
}
