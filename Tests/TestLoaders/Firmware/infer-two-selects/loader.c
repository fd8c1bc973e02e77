// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Gives bank 1's chip select to two pins, and none to IO2 and IO3: commands on one line only.
#include "wiring.h"

STORAGE_INFO(".info", "infer-two-selects", 7, 256, 0x10000);

EXPORT int Init(void) {
    wire(1, 2, 9);
    wire(6, 6, 10);
    wire(1, 6, 10);
    wire(3, 11, 9);
    wire(3, 12, 9);
    configure(0);
    return open_part(0x1840EF);
}
