// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// W25Q256JV in the style of a HAL.
#define ADDRESS ADDRESS_32
#include "winbond_hal.h"
