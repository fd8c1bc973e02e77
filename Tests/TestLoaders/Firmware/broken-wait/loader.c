// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Waits for the oscillator of another board.
#define NAME "broken-wait"
#define BEFORE_INIT                                        \
    *(volatile unsigned *)0x58024400 |= 1u << 16;          \
    while (!(*(volatile unsigned *)0x58024400 & 1u << 25)) {}
#include "sound.h"
