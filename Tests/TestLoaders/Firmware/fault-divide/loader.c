// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Divides by a clock that it reads as zero, with the trap for that on.
#define NAME "fault-divide"
#include <stdint.h>
#define BEFORE_INIT                                                     \
    *(volatile uint32_t *)0xE000ED14 |= 1 << 4;                         \
    uint32_t zero = *(volatile uint32_t *)0x4000C000, result;           \
    __asm volatile("udiv %0, %1, %2" : "=r"(result) : "r"(1000), "r"(zero));
#include "sound.h"
