// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Counts on zeroed memory behind what ST's tool clears.
#define NAME "broken-uncleared"
#include <stdint.h>
__attribute__((used)) static struct { uint8_t cache[600]; volatile uint32_t opened; } state;
#define BEFORE_INIT \
    if (state.opened > 9) return 0;  \
    state.opened++;
#include "sound.h"
