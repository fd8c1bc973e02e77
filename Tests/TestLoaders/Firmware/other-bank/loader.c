// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// In the style of a HAL user who copied the code of a board with the flash on bank 1: every call of the driver succeeds,
// since none looks at what the flash answers.
#include "flash.h"

STORAGE_INFO(".info", "other-bank", 7, 256, 0x10000);

EXPORT int Init(void) {
    connect_pins();
    configure(0);
    if (!command(0x66) || !command(0x99)) return 0;
    for (volatile int i = 0; i < 2000; i++) {}
    map();
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
