// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Ends in a loop instead of an error.
#define NAME "broken-error-handler"
__attribute__((noinline)) static void Error_Handler(void) {
    for (;;) __asm volatile("");
}
#define BEFORE_INIT \
    if ((*(volatile unsigned *)0x5802480C & 4) != 0x40) Error_Handler();
#include "sound.h"
