// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Pages of 64 KiB and sectors of two sizes, the smaller ones at the end; erases by the table.
#define NAME "sound-sectors"
#define PAGE_SIZE 0x10000
#define SECTOR_LIST {{255, 0x10000}, {16, 0x1000}}
#include "flash.h"

static int erase_sectors(uint32_t first, uint32_t last) {
    first &= 0x0FFFFFFF;
    last &= 0x0FFFFFFF;
    if (!idle()) return 0;
    while (first <= last) {
        uint32_t size = first >= 0xFF0000 ? 0x1000 : 0x10000;
        first -= first % size;
        if (!erase(size == 0x1000 ? 0x20 : 0xD8, first)) return 0;
        first += size;
    }
    return 1;
}
#define erase_blocks erase_sectors
#include "sound.h"
