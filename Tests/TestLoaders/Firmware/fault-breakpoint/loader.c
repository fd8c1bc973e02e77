// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Stops for a debugger that nobody uses.
#define NAME "fault-breakpoint"
#define BEFORE_INIT __asm volatile("bkpt 3");
#include "sound.h"
