// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Asks a coprocessor that a Cortex-A has.
#define NAME "fault-coprocessor"
#define BEFORE_INIT __asm volatile(".inst.w 0xEE100F10" ::: "r0");
#include "sound.h"
