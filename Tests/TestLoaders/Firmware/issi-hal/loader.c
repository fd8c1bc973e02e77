// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// IS25LP256D in the style of a HAL.
#define CLOCKS 8
#include "issi_hal.h"
