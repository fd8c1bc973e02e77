// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Moves the vector table.
#define NAME "broken-vectors"
#define BEFORE_INIT *(volatile unsigned *)0xE000ED08 = 0x24000200;
#include "sound.h"
