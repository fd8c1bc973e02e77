// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import _Volatile

/// A word that somebody else reads or writes too: a peripheral's, or the host's.
struct Register {
    let address: UInt32

    @inline(__always) init(_ address: UInt32) { self.address = address }

    @inline(__always) var value: UInt32 {
        get { unsafe VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(address)).load() }
        nonmutating set {
            unsafe VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(address)).store(newValue)
        }
    }
    /// The lowest byte alone; on a FIFO port this moves one byte.
    @inline(__always) var byte: UInt8 {
        get { unsafe VolatileMappedRegister<UInt8>(unsafeBitPattern: UInt(address)).load() }
        nonmutating set {
            unsafe VolatileMappedRegister<UInt8>(unsafeBitPattern: UInt(address)).store(newValue)
        }
    }
}
