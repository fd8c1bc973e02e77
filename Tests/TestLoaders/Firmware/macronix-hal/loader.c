// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MX25L25645G in the style of a HAL.
#define QUAD_ENABLE 0x40
#include "macronix_hal.h"
