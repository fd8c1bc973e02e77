// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// ST's description of the flash: 200 bytes that the host fills in.
@section(".storage_info") @used @_silgen_name("StorageInfo")
let storageInfo: InlineArray<50, UInt32> = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]
