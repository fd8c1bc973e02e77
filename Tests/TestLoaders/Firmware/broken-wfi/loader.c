// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Sleeps until an interrupt comes.
#define NAME "broken-wfi"
#define BEFORE_INIT __asm volatile("wfi");
#include "sound.h"
