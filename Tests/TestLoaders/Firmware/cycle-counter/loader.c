// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// In the style of loaders that poll: time from the DWT cycle counter, stays on HSI, byte-wise FIFO, 3Bh for reading, the
// controller left in indirect mode, 64 KiB sectors, results of the flash not looked at.
#include "flash.h"

STORAGE_INFO("DevInfo", "cycle-counter", 7, 256, 0x10000);

static uint32_t calls;
static uint8_t second_status;

static void start_counter(void) {
    REG(0xE000EDFC) |= 1u << 24;
    REG(0xE0001FB0) = 0xC5ACCE55;
    REG(0xE0001004) = 0;
    REG(0xE0001000) |= 1;
}
static void wait_microseconds(uint32_t time) {
    uint32_t start = REG(0xE0001004);
    while (REG(0xE0001004) - start < time * 64) {}
}

EXPORT int Init(void) {
    uint32_t id, again, status;
    calls++;
    start_counter();
    REG(0x58024410) &= ~7u;
    while (REG(0x58024410) & 0x38) {}
    REG(0x58024418) = 0;
    REG(0x5802444C) &= ~(3u << 4);
    connect_pins();
    configure(1 << 7);
    QUADSPI->CCR = 3 << 8 | 0x66;
    if (!finish()) return 0;
    QUADSPI->CCR = 3 << 8 | 0x99;
    if (!finish()) return 0;
    if (!command(0x66) || !command(0x99)) return 0;
    wait_microseconds(100);
    if (!read_register(0x9F, 3, &id) || !read_register(0x9F, 3, &again) || id != again) return 0;
    if ((id & 0xFFFF) != 0x40EF || !read_register(0x05, 1, &status) || !read_register(0x35, 1, &status)) return 0;
    second_status = (uint8_t)status;
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    (void)program(address, size, buffer);
    return 1;
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    (void)read_indirect(0x3B, 8, 2, address, size, buffer);
    return 1;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    (void)erase_blocks(first, last);
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    if (!idle() || !command(0x06) || !command(0xC7)) return 0;
    return ready(0x7FFFFFFF);
}
