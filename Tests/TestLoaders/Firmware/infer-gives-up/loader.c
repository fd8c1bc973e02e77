// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes its pins back where the flash is not the one that it knows: an MX25L12835F.
#include "wiring.h"

STORAGE_INFO(".info", "infer-gives-up", 7, 256, 0x10000);

static const uint8_t pins[6][3] = {{1, 2, 9}, {6, 6, 10}, {5, 8, 10}, {5, 9, 10}, {4, 2, 9}, {3, 13, 9}};

EXPORT int Init(void) {
    for (int i = 0; i < 6; i++) wire(pins[i][0], pins[i][1], pins[i][2]);
    configure(0);
    if (open_part(0x1820C2)) return 1;
    for (int i = 0; i < 6; i++) unwire(pins[i][0], pins[i][1]);
    QUADSPI->CR = 0;
    return 0;
}
