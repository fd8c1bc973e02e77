// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Resets the part when it is done.
#define NAME "broken-reset"
#define BEFORE_WRITE *(volatile unsigned *)0xE000ED0C = 0x05FA0004;
#include "sound.h"
