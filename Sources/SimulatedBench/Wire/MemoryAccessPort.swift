// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// One MEM-AP: CSW, TAR and the data registers in front of a bus (ADIv5.2 chapter C2).
struct MemoryAccessPort {
    let index: Int
    private let identity: AccessPortIdentity
    private let target: any DebugTarget
    private(set) var control: UInt32
    private(set) var address: UInt32 = 0

    init(index: Int, identity: AccessPortIdentity, target: any DebugTarget) {
        (self.index, self.identity, self.target) = (index, identity, target)
        control = identity.controlReset
    }

    /// Whether register `offset` starts an access on the bus.
    static func isDataRegister(_ offset: UInt8) -> Bool { offset == 0x0C || offset & 0xF0 == 0x10 }

    /// Nil is a bus error.
    mutating func read(_ offset: UInt8) -> UInt32? {
        switch offset {
        case 0x00: return control
        case 0x04: return address
        case 0x0C: return readData()
        case 0x10, 0x14, 0x18, 0x1C:
            return target.read(accessPort: index, address & ~0xF | UInt32(offset & 0xC), .word, csw: control)
        case 0xF8: return identity.base
        // A dead AP may answer something else each time, so the target is asked again.
        case 0xFC:
            return target.accessPorts.indices.contains(index) ? target.accessPorts[index].identification : 0
        // CFG (little-endian, no large addresses or data), BASE[63:32], TAR[63:32] and the reserved registers.
        default: return 0
        }
    }

    /// False is a bus error.
    mutating func write(_ offset: UInt8, _ value: UInt32) -> Bool {
        switch offset {
        case 0x00: control = legalized(control & ~identity.controlWritable | value & identity.controlWritable)
        case 0x04: address = value
        case 0x0C: return writeData(value)
        case 0x10, 0x14, 0x18, 0x1C:
            return target.write(
                accessPort: index, address & ~0xF | UInt32(offset & 0xC), .word, value, csw: control)
        default: break
        }
        return true
    }

    /// Unimplemented sizes and increments read back as what the port does instead.
    private func legalized(_ control: UInt32) -> UInt32 {
        var control = control
        if !identity.hasSmallWidths || control & 7 > 2 { control = control & ~7 | 2 }
        if control >> 4 & 3 == 3 || (control >> 4 & 3 == 2 && !identity.isPackedCapable) { control &= ~0x30 }
        return control
    }

    private var width: BusWidth {
        switch control & 7 {
        case 0: .byte
        case 1: .halfword
        default: .word
        }
    }
    private enum Increment { case off, single, packed }
    private var increment: Increment {
        switch control >> 4 & 3 {
        case 1: .single
        case 2: .packed
        default: .off
        }
    }

    /// Adds to TAR without leaving its wrap block: the carry is not implemented further up (ADIv5.2 §C2.2.2).
    private mutating func advance(by step: UInt32) {
        let mask = identity.wrap &- 1
        address = address & ~mask | (address &+ step) & mask
    }

    private mutating func readData() -> UInt32? {
        if width == .word {
            guard let value = target.read(accessPort: index, address & ~3, .word, csw: control) else {
                return nil
            }
            if increment != .off { advance(by: 4) }
            return value
        }
        // Lanes that were not accessed are UNKNOWN; a pattern catches a host that uses them.
        var word: UInt32 = 0xA5A5_A5A5
        let size = width.rawValue
        for _ in 0..<(increment == .packed ? 4 / size : 1) {
            let place = address & ~(size &- 1)
            guard let value = target.read(accessPort: index, place, width, csw: control) else { return nil }
            let lane = place & 3 &* 8
            let mask: UInt32 = (size == 1 ? 0xFF : 0xFFFF) << lane
            word = word & ~mask | value << lane & mask
            if increment != .off { advance(by: size) }
        }
        return word
    }

    private mutating func writeData(_ word: UInt32) -> Bool {
        if width == .word {
            guard target.write(accessPort: index, address & ~3, .word, word, csw: control) else {
                return false
            }
            if increment != .off { advance(by: 4) }
            return true
        }
        let size = width.rawValue
        for _ in 0..<(increment == .packed ? 4 / size : 1) {
            let place = address & ~(size &- 1)
            let value = word >> (place & 3 &* 8) & (size == 1 ? 0xFF : 0xFFFF)
            guard target.write(accessPort: index, place, width, value, csw: control) else { return false }
            if increment != .off { advance(by: size) }
        }
        return true
    }
}
