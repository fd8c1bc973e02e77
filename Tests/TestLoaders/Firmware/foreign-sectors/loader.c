// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Its table says 8 sectors of 128 KiB, a unit that the flash does not erase, and ends before the flash does.
#include "flash.h"

STORAGE_INFO(".info", "foreign-sectors", 7, 8, 0x20000);

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first & ~0x1FFFFu, last | 0x1FFFF); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
