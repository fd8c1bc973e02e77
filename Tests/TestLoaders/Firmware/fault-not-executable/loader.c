// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// An array on the stack is written beyond its end, over the return address.
#define NAME "fault-not-executable"
#include <stdint.h>
static __attribute__((noinline, naked)) void smash(void) {
    __asm volatile("movw r0, #0x4141; movt r0, #0x4141; push {r0}; pop {pc}");
}
#define BEFORE_INIT smash();
#include "sound.h"
