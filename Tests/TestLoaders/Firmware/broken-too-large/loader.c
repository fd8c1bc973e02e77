// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Leaves no RAM for stack and buffers.
#define NAME "broken-too-large"
#include <stdint.h>
__attribute__((used)) static uint8_t cache[500 << 10];
#define BEFORE_INIT cache[0] = 0;
#include "sound.h"
