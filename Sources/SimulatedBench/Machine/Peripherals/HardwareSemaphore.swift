// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// HSEM: 32 semaphores between the cores (RM0399 chapter HSEM).
final class HardwareSemaphore: WordPeripheral {
    private var semaphores = [UInt32](repeating: 0, count: 32)

    override func reset() { semaphores = semaphores.map { _ in 0 } }

    /// COREID as the bus matrix gives it: 3 for the M7, 1 for the M4.
    private func coreID(_ access: Access) -> UInt32 { (access.master.isSecondCore ? 1 : 3) << 8 }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0..<0x80: return semaphores[Int(offset / 4)]
        case 0x80..<0x100:
            // One-step lock: reading takes a free semaphore.
            context.stableUntil = 0
            let index = Int(offset - 0x80) / 4
            if semaphores[index] == 0 { semaphores[index] = 1 << 31 | coreID(access) }
            return semaphores[index]
        default: return 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        guard offset < 0x80 else { return }
        let index = Int(offset / 4)
        let owner = value & 0xF00 | value & 0xFF
        if value >> 31 != 0 {
            if semaphores[index] == 0 { semaphores[index] = 1 << 31 | coreID(access) | value & 0xFF }
        } else if semaphores[index] & 0xFFF == owner, value & 0xF00 == coreID(access) {
            semaphores[index] = 0
        }
    }
}
