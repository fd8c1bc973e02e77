// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Drives the OCTOSPI of other parts of the family, which is where the QUADSPI is here.
#include "wiring.h"

STORAGE_INFO(".info", "infer-octospi", 7, 256, 0x10000);

EXPORT int Init(void) {
    wire(1, 2, 9);
    REG(0x580244D4) |= 1u << 14;
    REG(0x52005008) = 23 << 16;
    REG(0x52005100) = 1 << 24 | 1;
    REG(0x52005110) = 0x9F;
    REG(0x52005040) = 2;
    REG(0x52005000) = 1;
    return 1;
}
