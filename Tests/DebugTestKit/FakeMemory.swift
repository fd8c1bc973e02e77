// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe

/// A bus with bytes everywhere, bus errors where a test wants them, and words with a life of their own.
package final class FakeMemory {
    package struct Access: Hashable {
        package var isWrite: Bool
        package var address: UInt32
        package var width: AccessWidth
    }
    package struct Word {
        package var read: () -> UInt32
        package var write: (UInt32) -> Void
        package init(read: @escaping () -> UInt32, write: @escaping (UInt32) -> Void = { _ in }) {
            (self.read, self.write) = (read, write)
        }
    }

    private var bytes: [UInt32: UInt8] = [:]
    package var words: [UInt32: Word] = [:]
    package var faults: [ClosedRange<UInt32>] = []
    package var accesses: [Access] = []

    private let isBlank: Bool

    /// A byte never written depends on its address, so that a wrong address shows; it is 0 when `isBlank`.
    package init(isBlank: Bool = false) { self.isBlank = isBlank }

    package subscript(_ address: UInt32) -> UInt8 {
        get { bytes[address] ?? (isBlank ? 0 : UInt8(truncatingIfNeeded: (address &* 2_654_435_761) >> 24)) }
        set { bytes[address] = newValue }
    }
    package func word(at address: UInt32) -> UInt32 {
        (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(self[address &+ $1]) }
    }
    package func setWord(_ value: UInt32, at address: UInt32) {
        for byte in 0..<UInt32(4) { self[address &+ byte] = UInt8(truncatingIfNeeded: value >> (byte * 8)) }
    }

    /// The data on its byte lanes, or nil for a bus error.
    ///
    /// Misaligned accesses are errors of the host.
    func read(_ address: UInt32, _ width: AccessWidth) -> UInt32? {
        precondition(Int(address) % width.rawValue == 0, "misaligned access on the bus")
        accesses.append(Access(isWrite: false, address: address, width: width))
        if faults.contains(where: { $0.contains(address) }) { return nil }
        if width == .word, let word = words[address] { return word.read() }
        // What is not on the accessed lanes is garbage.
        var data: UInt32 = 0xA5A5_A5A5
        for offset in 0..<UInt32(width.rawValue) {
            let lane = ((address + offset) & 3) * 8
            data = data & ~(0xFF << lane) | UInt32(self[address + offset]) << lane
        }
        return data
    }

    func write(_ data: UInt32, _ address: UInt32, _ width: AccessWidth) -> Bool {
        precondition(Int(address) % width.rawValue == 0, "misaligned access on the bus")
        accesses.append(Access(isWrite: true, address: address, width: width))
        if faults.contains(where: { $0.contains(address) }) { return false }
        if width == .word, let word = words[address] {
            word.write(data)
            return true
        }
        for offset in 0..<UInt32(width.rawValue) {
            self[address + offset] = UInt8(truncatingIfNeeded: data >> (((address + offset) & 3) * 8))
        }
        return true
    }
}
