// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// A MEM-AP at register level: CSW, TAR with its wrap, DRW, BD0 to BD3, BASE and IDR.
package final class FakeAccessPort {
    package var identification: UInt32
    package var base: UInt32 = 0x2
    package var csw: UInt32
    package var tar: UInt32 = 0
    /// TAR increments inside blocks of this size, no further.
    package var wrap: UInt32 = 1_024
    package let memory: FakeMemory
    /// Every register answers with FAULT, as behind a domain that is off.
    package var isDead = false

    package init(identification: UInt32 = 0x8477_0001, csw: UInt32 = 0x4300_0040, memory: FakeMemory) {
        (self.identification, self.csw, self.memory) = (identification, csw, memory)
    }

    private var width: AccessWidth { csw & 7 == 0 ? .byte : csw & 7 == 1 ? .halfword : .word }

    private func advance() {
        guard csw >> 4 & 3 == 1 else { return }
        tar = tar & ~(wrap - 1) | (tar &+ UInt32(width.rawValue)) & (wrap - 1)
    }

    /// Nil is a FAULT.
    func read(_ register: UInt8) -> UInt32? {
        if isDead { return nil }
        switch register {
        case 0x00: return csw
        case 0x04: return tar
        case 0x0C:
            guard let data = memory.read(tar, width) else { return nil }
            advance()
            return data
        case 0x10, 0x14, 0x18, 0x1C: return memory.read(tar & ~0xF | UInt32(register - 0x10), .word)
        case 0xF8: return base
        case 0xFC: return identification
        default: return 0
        }
    }

    func write(_ register: UInt8, _ value: UInt32) -> Bool {
        if isDead { return false }
        switch register {
        case 0x00: csw = value & ~0xC0 | 0x40
        case 0x04: tar = value
        case 0x0C:
            guard memory.write(value, tar, width) else { return false }
            advance()
        case 0x10, 0x14, 0x18, 0x1C: return memory.write(value, tar & ~0xF | UInt32(register - 0x10), .word)
        default: break
        }
        return true
    }
}
