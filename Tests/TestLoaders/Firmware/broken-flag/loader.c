// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Waits for a flag that an interrupt would set.
#define NAME "broken-flag"
#include <stdint.h>
static volatile uint32_t done;
__attribute__((used, section(".text.entry"))) void QUADSPI_IRQHandler(void) { done = 1; }
#define BEFORE_INIT \
    while (!done) {}
#include "sound.h"
