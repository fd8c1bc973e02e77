// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Has SysTick interrupt.
#define NAME "broken-systick"
#define BEFORE_INIT                            \
    *(volatile unsigned *)0xE000E014 = 63999;  \
    *(volatile unsigned *)0xE000E010 = 7;
#include "sound.h"
