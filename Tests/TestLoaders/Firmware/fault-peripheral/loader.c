// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Waits for a random number without switching the generator's clock on.
#define NAME "fault-peripheral"
#include <stdint.h>
#define BEFORE_INIT \
    while (!(*(volatile uint32_t *)0x48021804 & 1)) {}
#include "sound.h"
