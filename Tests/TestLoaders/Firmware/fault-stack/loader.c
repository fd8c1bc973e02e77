// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes a stack pointer of its own, where nothing is.
#define NAME "fault-stack"
#define BEFORE_INIT __asm volatile("mov r0, #0x68000000; mov sp, r0; push {r0}");
#include "sound.h"
