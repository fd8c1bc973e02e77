// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Programs by storing into the mapped flash.
#define NAME "fault-mapped-store"
#include <stdint.h>
#define BEFORE_WRITE                       \
    map();                                 \
    *(volatile uint32_t *)address = 0;
#include "sound.h"
