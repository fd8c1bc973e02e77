// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Takes for granted that .bss is zero, also behind the 512 bytes that ST's tool clears.
#include "flash.h"

STORAGE_INFO(".info", "uncleared-memory", 7, 256, 0x10000);

__attribute__((used)) static struct { uint8_t cache[600]; uint32_t opened; } state;

EXPORT int Init(void) {
    if (state.opened == 1) return 1;
    if (state.opened != 0) return 0;
    connect_pins();
    configure(1 << 7);
    state.opened = (uint32_t)open_flash();
    return (int)state.opened;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
