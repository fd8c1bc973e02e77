// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Bank 1 on pins of four ports, the core at 400 MHz from a crystal of 16 MHz, fed by the LDO; an IS25LP064.
#include "wiring.h"

STORAGE_OF(".info", "infer-clocks", 0x800000, 0x100, {{128, 0x10000}});

static int start_clocks(void) {
    uint32_t polls = 1000000;
    REG(0x5802480C) = (REG(0x5802480C) & ~7u) | 2;      // PWR_CR3: LDOEN
    REG(0x58024400) |= 1u << 16;                         // RCC_CR: HSEON
    while (!(REG(0x58024400) & 1u << 17))
        if (polls-- == 0) return 0;
    REG(0x58024428) = 2 | 2 << 4;                        // PLL1 from HSE, by 2: 8 MHz
    REG(0x5802442C) = 1 << 16 | 2 << 2;                  // DIVP1, input range 4 to 8 MHz, wide VCO
    REG(0x58024430) = 99 | 1 << 9 | 1 << 16 | 1 << 24;   // 800 MHz, by 2
    return 1;
}
EXPORT int Init(void) {
    if (!start_clocks()) return 0;
    wire(5, 10, 9);
    wire(1, 10, 9);
    wire(2, 9, 9);
    wire(2, 10, 9);
    wire(5, 7, 9);
    wire(0, 1, 9);
    configure_size(0, 23);
    return open_part(0x17609D);
}
