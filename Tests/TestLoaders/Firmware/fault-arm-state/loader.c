// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Calls an address that is a number, without bit 0.
#define NAME "fault-arm-state"
#define BEFORE_INIT ((void (*)(void))0x24000040)();
#include "sound.h"
