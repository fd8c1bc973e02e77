// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Time-outs by a clock that only an interrupt moves, which nobody enables.
#define NAME "broken-tick-interrupt"
#include <stdint.h>
static volatile uint32_t uwTick;
__attribute__((used, section(".text.entry"))) void SysTick_Handler(void) { uwTick++; }
__attribute__((noinline)) static uint32_t HAL_GetTick(void) { return uwTick; }
static int is_late(uint32_t start) { return HAL_GetTick() - start > 100; }
#define OWN_INIT
#include "sound.h"

EXPORT int Init(void) {
    uint32_t start = HAL_GetTick();
    connect_pins();
    configure(0);
    QUADSPI->PSMKR = 1;
    QUADSPI->PSMAR = 0;
    QUADSPI->PIR = 16;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 2 << 26 | 1 << 24 | 1 << 8 | 0x05;
    while (!(QUADSPI->SR & SR_SM))
        if (is_late(start)) return 0;
    return open_flash();
}
