// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A delay by a clock that stands still.
#define NAME "broken-delay"
#include <stdint.h>
__attribute__((noinline)) static uint32_t HAL_GetTick(void) {
    uint32_t one = 1;
    __asm volatile("" : "+r"(one));
    return one;
}
__attribute__((noinline)) static void HAL_Delay(uint32_t milliseconds) {
    uint32_t start = HAL_GetTick();
    while (HAL_GetTick() - start < milliseconds) {}
}
#define BEFORE_INIT HAL_Delay(10);
#include "sound.h"
