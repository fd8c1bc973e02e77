// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Sleeps until an event comes.
#define NAME "fault-wfe"
#define BEFORE_WRITE for (;;) __asm volatile("wfe");
#include "sound.h"
