// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Enables interrupts.
#define NAME "broken-interrupts"
#define BEFORE_INIT __asm volatile("cpsie i");
#include "sound.h"
