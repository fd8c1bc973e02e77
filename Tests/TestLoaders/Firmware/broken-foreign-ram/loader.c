// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Keeps a buffer in RAM whose clock nobody has switched on.
#define NAME "broken-foreign-ram"
#define BEFORE_INIT *(volatile unsigned *)0x30000000 = 1;
#include "sound.h"
