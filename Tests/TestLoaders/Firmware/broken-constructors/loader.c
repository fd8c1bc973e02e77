// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A constructor fills what Init needs.
#define NAME "broken-constructors"
#include <stdint.h>
static volatile uint32_t block;
static void prepare(void) { block = 0x10000; }
__attribute__((used, section(".init_array"))) static void (*const constructor)(void) = prepare;
#define BEFORE_INIT \
    if (block != 0x10000) return 0;
#include "sound.h"
