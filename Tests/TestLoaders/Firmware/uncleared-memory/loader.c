// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes for granted that .bss is zero.
#include "flash.h"

STORAGE_INFO(".info", "uncleared-memory", 7, 256, 0x10000);

static uint32_t opened;

EXPORT int Init(void) {
    if (opened == 1) return 1;
    if (opened != 0) return 0;
    connect_pins();
    configure(1 << 7);
    opened = (uint32_t)open_flash();
    return (int)opened;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
