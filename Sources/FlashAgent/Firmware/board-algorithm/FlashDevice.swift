// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// CMSIS' description of the flash, with room for one size of sectors and the end of the list: the host fills it in.
@section("DevDscr") @used @_silgen_name("FlashDevice")
let flashDevice: InlineArray<44, UInt32> = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]
