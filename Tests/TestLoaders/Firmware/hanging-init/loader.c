// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Waits for a tick that no interrupt counts.
#include "flash.h"

STORAGE_INFO(".info", "hanging-init", 7, 256, 0x10000);

static volatile uint32_t tick;

NOINLINE static uint32_t get_tick(void) { return tick; }
NOINLINE static void delay(uint32_t milliseconds) {
    uint32_t start = get_tick();
    while (get_tick() - start < milliseconds) {}
}

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    delay(10);
    return open_flash();
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) { return program(address, size, buffer); }
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
