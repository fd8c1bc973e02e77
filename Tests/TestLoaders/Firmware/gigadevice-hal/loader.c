// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// GD25Q128E in the style of a HAL.
#define QUAD_READ 0x35
#define QUAD_WRITE 0x31
#define QUAD_BIT 2
#include "gigadevice_hal.h"
