// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes more stack than ST's tool gives, by two functions together.
#define NAME "broken-vendor-stack"
#include <stdint.h>
__attribute__((noinline)) static uint32_t inner(uint32_t value) {
    volatile uint8_t copy[600];
    uint32_t place = *(volatile uint32_t *)0x58024400 % sizeof copy;
    copy[place] = (uint8_t)value;
    return copy[place];
}
__attribute__((noinline)) static uint32_t outer(uint32_t value) {
    volatile uint8_t copy[600];
    uint32_t place = *(volatile uint32_t *)0x58024400 % sizeof copy;
    copy[place] = (uint8_t)value;
    return inner(copy[place]) + copy[place];
}
#define BEFORE_INIT \
    if (outer(1) != 2) return 0;
#include "sound.h"
