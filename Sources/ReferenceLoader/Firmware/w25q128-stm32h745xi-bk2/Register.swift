// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import _Volatile

/// A memory-mapped word.
struct Register {
    let address: UInt

    @inline(__always) init(_ address: UInt) { self.address = address }

    @inline(__always) var value: UInt32 {
        get { unsafe VolatileMappedRegister<UInt32>(unsafeBitPattern: address).load() }
        nonmutating set { unsafe VolatileMappedRegister<UInt32>(unsafeBitPattern: address).store(newValue) }
    }
    /// The lowest byte alone; on a FIFO port this moves one byte.
    @inline(__always) var byte: UInt8 {
        get { unsafe VolatileMappedRegister<UInt8>(unsafeBitPattern: address).load() }
        nonmutating set { unsafe VolatileMappedRegister<UInt8>(unsafeBitPattern: address).store(newValue) }
    }
    @inline(__always) func set(_ bits: UInt32) { value = value | bits }
    @inline(__always) func clear(_ bits: UInt32) { value = value & ~bits }
    @inline(__always) func replace(_ mask: UInt32, by bits: UInt32) { value = value & ~mask | bits }

    /// Polls until the masked bits are as expected or the time is over.
    func wait(_ mask: UInt32, _ expected: UInt32, microseconds: UInt32) -> Bool {
        var time = Countdown(microseconds: microseconds)
        while value & mask != expected {
            // Looked at once more after the time is over: an interrupted debugger must not make a failure.
            if time.isOver() { return value & mask == expected }
        }
        return true
    }
}
