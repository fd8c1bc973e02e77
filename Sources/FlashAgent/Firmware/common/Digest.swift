// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The digest of one piece of flash, as the host computes it again: ``DigestKeys`` says how.
struct Digest {
    private var sum: UInt64 = 0
    private var next: UnsafePointer<UInt32>
    private let keys: UnsafePointer<UInt32>

    /// `keys` are ``prepare(_:)``'s.
    init(_ keys: UnsafePointer<UInt32>) { unsafe (self.keys, next) = (keys, keys) }

    /// Writes the keys of a block to where there is room for ``DigestKeys/count`` words.
    static func prepare(_ room: UnsafeMutablePointer<UInt32>) {
        var keys = DigestKeys()
        var index = 0
        while index < DigestKeys.count {
            unsafe room[index] = keys.next()
            index &+= 1
        }
    }

    /// Bytes with keys of their own.
    static var block: UInt32 { UInt32(truncatingIfNeeded: DigestKeys.count &* 4) }

    /// Due before each block, the first as well.
    @inline(__always) mutating func beginBlock() {
        sum = sum &* DigestKeys.fold
        unsafe next = keys
    }

    @inline(__always) mutating func take(_ word: UInt32) {
        sum = unsafe sum &+ UInt64(word) &* UInt64(next.pointee)
        unsafe next += 1
    }

    func write(to place: UInt32) {
        Register(place).value = UInt32(truncatingIfNeeded: sum)
        Register(place &+ 4).value = UInt32(truncatingIfNeeded: sum >> 32)
    }
}
