// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Calls a function of the application in the internal flash.
#define NAME "broken-internal-flash"
#define BEFORE_INIT ((void (*)(void))0x08001001)();
#include "sound.h"
