// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// S25FL256S in the style of a HAL.
#define STATUS 0x05
#define READY_MASK 1
#define READY 0
#include "spansion_hal.h"
