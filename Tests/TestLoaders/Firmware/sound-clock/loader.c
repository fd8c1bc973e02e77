// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Time-outs by the cycle counter.
#define NAME "sound-clock"
#include <stdint.h>
#define CYCLES (*(volatile uint32_t *)0xE0001004)
static uint32_t HAL_GetTick(void) { return CYCLES / 64000; }
__attribute__((noinline)) static void HAL_Delay(uint32_t milliseconds) {
    uint32_t start = HAL_GetTick();
    while (HAL_GetTick() - start < milliseconds) {}
}
#define BEFORE_INIT                                      \
    *(volatile uint32_t *)0xE000EDFC |= 1u << 24;        \
    *(volatile uint32_t *)0xE0001FB0 = 0xC5ACCE55;       \
    *(volatile uint32_t *)0xE0001000 |= 1;               \
    HAL_Delay(1);
#include "sound.h"
