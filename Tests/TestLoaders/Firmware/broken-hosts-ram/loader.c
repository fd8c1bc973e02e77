// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Keeps a buffer in RAM that it does not claim.
#define NAME "broken-hosts-ram"
#define BEFORE_INIT *(volatile unsigned *)0x24040000 = 0xA5A5A5A5;
#include "sound.h"
