// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Time-outs by a clock that returns 1.
#define NAME "broken-constant-tick"
#include <stdint.h>
__attribute__((noinline)) static uint32_t HAL_GetTick(void) {
    uint32_t one = 1;
    __asm volatile("" : "+r"(one));
    return one;
}
static int is_late(uint32_t start) { return HAL_GetTick() - start > 100; }
#define OWN_INIT
#include "sound.h"

EXPORT int Init(void) {
    connect_pins();
    configure(0);
    uint32_t start = HAL_GetTick();
    // A board with the flash on the other bank: the status never says ready.
    QUADSPI->PSMKR = 1;
    QUADSPI->PSMAR = 0;
    QUADSPI->PIR = 16;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 2 << 26 | 1 << 24 | 1 << 8 | 0x05;
    while (!(QUADSPI->SR & SR_SM))
        if (is_late(start)) return 0;
    return open_flash();
}
