// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Its table says 16 sectors of 64 KiB for a flash of 16 MiB; what it does is right for all of the flash.
#include "flash.h"

STORAGE_INFO(".info", "short-table", 7, 16, 0x10000);

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
