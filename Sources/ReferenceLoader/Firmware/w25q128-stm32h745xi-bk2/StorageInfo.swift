// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// ST's description of the flash, byte for byte: name[100], device type, start, size, page, erased value, and ten pairs of
/// sector count and sector size.
///
/// The smallest sectors, 4096 of 4 KiB, so that a host keeps as little as possible when it changes part of one; whole
/// 32 and 64 KiB blocks are erased as such all the same. The name is the file's, as ST's tool wants for a mass erase.
@section(".storage_info") @used @_silgen_name("StorageInfo")
let storageInfo: (InlineArray<100, UInt8>, UInt16, UInt32, UInt32, UInt32, UInt8, InlineArray<20, UInt32>) = (
    [  // "w25q128-stm32h745xi-bk2"
        0x77, 0x32, 0x35, 0x71, 0x31, 0x32, 0x38, 0x2D, 0x73, 0x74, 0x6D, 0x33, 0x32, 0x68, 0x37, 0x34, 0x35,
        0x78,
        0x69, 0x2D, 0x62, 0x6B, 0x32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
    3,  // NOR flash in memory-mapped mode
    0x9000_0000, 0x100_0000, 0x100, 0xFF,
    [4096, 0x1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
)
