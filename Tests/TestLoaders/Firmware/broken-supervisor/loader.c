// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Calls an operating system.
#define NAME "broken-supervisor"
#define BEFORE_INIT __asm volatile("svc 0");
#include "sound.h"
