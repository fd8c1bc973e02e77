// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The clock of one port is forgotten (G, with IO2 and IO3): commands on one line work, those on four do not.
#include "flash.h"

STORAGE_INFO(".info", "missing-clock", 7, 256, 0x10000);

EXPORT int Init(void) {
    connect_pins();
    REG(0x580244E0) &= ~(1u << 6);
    configure(0x80);
    if (!open_flash()) return 0;
    map();
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
