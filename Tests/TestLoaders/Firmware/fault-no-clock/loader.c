// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Reads the flash like memory while the controller has no clock.
#define NAME "fault-no-clock"
#include <stdint.h>
#define BEFORE_INIT                        \
    *(volatile uint32_t *)0x580244D4 &= ~(1u << 14); \
    (void)*(volatile uint32_t *)0x90000010;
#include "sound.h"
