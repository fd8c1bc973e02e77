// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Sixteen sectors of 64 KiB for 16 MiB.
#define NAME "broken-sector-sum"
#define SECTOR_LIST {{16, 0x10000}}
#include "sound.h"
