// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Write needs 3 KiB of stack, SectorErase 16 KiB in a recursion that ends, MassErase more than there is.
#include "flash.h"

STORAGE_INFO(".info", "deep-stack", 7, 256, 0x10000);

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
NOINLINE static void fill(volatile uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) bytes[i] = (uint8_t)i;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    volatile uint8_t copy[3072];
    fill(copy, sizeof copy);
    return program(address, size, buffer) && copy[1] == 1;
}
NOINLINE static uint32_t descend(uint32_t depth);
EXPORT int SectorErase(uint32_t first, uint32_t last) { return descend(30) == 30 && erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
NOINLINE static uint32_t descend(uint32_t depth) {
    volatile uint8_t copy[512];
    fill(copy, sizeof copy);
    return depth == 0 ? copy[0] : descend(depth - 1) + copy[1];
}
EXPORT int MassErase(uint32_t parallelism) { return descend(80 + parallelism) == 80; }
