// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Goes through a pointer on the stack that was never set.
#define NAME "fault-unset-pointer"
#include <stdint.h>
static __attribute__((noinline, naked)) uint32_t unset(void) {
    __asm volatile("sub sp, #64; ldr r0, [sp]; add sp, #64; ldr r0, [r0, #4]; bx lr");
}
#define BEFORE_INIT (void)unset();
#include "sound.h"
