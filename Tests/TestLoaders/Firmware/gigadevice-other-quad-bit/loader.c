// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// QE of a GD25Q128E is looked for in the first status register, where that bit is the write enable latch.
#define QUAD_READ 0x05
#define QUAD_WRITE 0x01
#define QUAD_BIT 2
#include "gigadevice_hal.h"
