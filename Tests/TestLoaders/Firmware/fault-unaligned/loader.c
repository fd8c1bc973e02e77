// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Two words at once from an odd address.
#define NAME "fault-unaligned"
#include <stdint.h>
static uint32_t words[4] = {1, 2, 3, 4};
#define BEFORE_INIT __asm volatile("ldrd r2, r3, [%0]" ::"r"((volatile char *)words + 1) : "r2", "r3", "memory");
#include "sound.h"
