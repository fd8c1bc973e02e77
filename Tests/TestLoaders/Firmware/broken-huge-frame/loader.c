// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes 100 KiB for a table of its own.
#define NAME "broken-huge-frame"
#include <stdint.h>
__attribute__((noinline)) static uint32_t table(void) {
    volatile uint8_t copy[100 << 10];
    uint32_t place = *(volatile uint32_t *)0x58024400 % sizeof copy;
    copy[place] = 1;
    return copy[place];
}
#define BEFORE_INIT \
    if (table() != 1) return 0;
#include "sound.h"
