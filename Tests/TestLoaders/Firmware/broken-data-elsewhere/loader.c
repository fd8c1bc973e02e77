// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Its .data is to be copied by start-up code.
#define NAME "broken-data-elsewhere"
#include <stdint.h>
static volatile uint32_t block = 0x10000;
#define BEFORE_INIT \
    if (block != 0x10000) return 0;
#include "sound.h"
