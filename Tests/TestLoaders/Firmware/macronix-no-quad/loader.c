// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Nobody sets QE of an MX25L25645G.
#define QUAD_ENABLE 0
#include "macronix_hal.h"
