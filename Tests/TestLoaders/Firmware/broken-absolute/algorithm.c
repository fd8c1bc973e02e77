// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Looks for its data where it was linked to, not where R9 says.
#include "algorithm.h"

DEVICE("broken-absolute", 0x1000000, 0x1000, {0x1000, 0}, {0x10000, 0x10000});

static volatile uint32_t block = 0x10000, first_block = 0x1000;
static volatile uint32_t opened, inits;

static uint32_t offset(uint32_t address) { return address - 0x90000000; }

EXPORT int Init(uint32_t address, uint32_t clock, uint32_t function) {
    (void)clock;
    if (*(volatile uint32_t *)0x8C0 == 0x1234) return 1;
    if (address != 0x90000000 || block != 0x10000 || opened != 0 || function < 1 || function > 3) return 1;
    if (inits++ == 0) connect_pins();
    configure(1 << 7);
    if (!open_flash()) return 1;
    opened = function;
    if (function == 3) map();
    return 0;
}
EXPORT int UnInit(uint32_t function) {
    if (function != opened || !idle()) return 1;
    opened = 0;
    return 0;
}
EXPORT int EraseChip(void) {
    if (opened != 1 || !command(0x06) || !command(0xC7)) return 1;
    return ready(0x7FFFFFFF) ? 0 : 1;
}
EXPORT int EraseSector(uint32_t address) {
    uint32_t at = offset(address), size = at < block ? first_block : block;
    if (opened != 1 || at % size) return 1;
    return erase(size == block ? 0xD8 : 0x20, at) ? 0 : 1;
}
EXPORT int ProgramPage(uint32_t address, uint32_t size, const uint8_t *buffer) {
    if (opened != 2 || address % 0x1000 || size > 0x1000) return 1;
    return program(address, size, buffer) ? 0 : 1;
}
/// In memory-mapped mode.
EXPORT uint32_t Verify(uint32_t address, uint32_t size, const uint8_t *buffer) {
    const volatile uint8_t *flash = (const volatile uint8_t *)address;
    for (uint32_t i = 0; i < size; i++)
        if (flash[i] != buffer[i]) return address + i;
    return address + size;
}
EXPORT int BlankCheck(uint32_t address, uint32_t size, uint8_t pattern) {
    const volatile uint8_t *flash = (const volatile uint8_t *)address;
    for (uint32_t i = 0; i < size; i++)
        if (flash[i] != pattern) return 1;
    return 0;
}
