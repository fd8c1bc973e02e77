// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Drives a flash on SPI1.
#include "wiring.h"

STORAGE_INFO(".info", "infer-spi", 7, 256, 0x10000);

EXPORT int Init(void) {
    REG(0x580244F0) |= 1u << 12;
    wire(0, 5, 5);
    wire(0, 6, 5);
    REG(0x40013008) = 7;
    REG(0x40013000) = 1;
    return 1;
}
