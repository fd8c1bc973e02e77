// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Built for another core.
#define NAME "broken-instruction"
#define BEFORE_INIT __asm volatile(".inst.w 0xE8D00FAF");
#include "sound.h"
