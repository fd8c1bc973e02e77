// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A function that calls itself, whatever it is given.
#define NAME "broken-recursion"
#include <stdint.h>
#pragma clang diagnostic ignored "-Winfinite-recursion"
__attribute__((noinline, optnone)) static uint32_t round(uint32_t value) { return round(value + 1) + value; }
#define BEFORE_INIT \
    if (round(1) == 2) return 0;
#include "sound.h"
