// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Faults with a stack pointer to where nothing is.
#define NAME "fault-stacking"
#define BEFORE_INIT __asm volatile("mov r0, #0x68000000; mov sp, r0; udf 1");
#include "sound.h"
