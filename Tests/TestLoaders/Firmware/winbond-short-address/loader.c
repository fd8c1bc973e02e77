// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A W25Q256JV is told addresses of three bytes: everything beyond 16 MiB ends up in the first 16.
#define ADDRESS ADDRESS_24
#include "winbond_hal.h"
