// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Sectors of 65,000 bytes.
#define NAME "broken-sector-size"
#define SECTOR_LIST {{258, 65000}}
#include "sound.h"
