// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Erases sector by sector, whatever it is asked for, and has no erase of the chip.
#include "flash.h"

STORAGE_INFO(".info", "sectorwise-erase", 7, 4096, 0x1000);

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (!idle()) return 0;
    for (first &= 0x0FFFF000; first <= (last & 0x0FFFFFFF); first += 0x1000)
        if (!erase(0x20, first)) return 0;
    return 1;
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
