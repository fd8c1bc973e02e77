// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Goes on in memory that is as erased.
#define NAME "fault-erased-jump"
#include <stdint.h>
#define PLACE 0x24060000
#define BEFORE_INIT                                                                  \
    for (int i = 0; i < 8; i++) ((volatile uint32_t *)PLACE)[i] = 0xFFFFFFFF;        \
    ((void (*)(void))(PLACE | 1))();
#include "sound.h"
