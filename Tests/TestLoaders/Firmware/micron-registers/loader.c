// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// N25Q128A: ten dummy clocks by the volatile configuration register, 12h with the address on four lines; the flag status register
// tells when it is ready, and 50h clears it.
#include "registers.h"

STORAGE_OF(".info", "micron-registers", 0x1000000, 0x100, {{256, 0x10000}});

static int is_ready(void) { return wait_status(0x70, 0x80, 0x80, 1); }

EXPORT int Init(void) {
    uint32_t id, configuration;
    if (!open_controller(23) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x18BA20) return 0;
    if (!order(0x50, 1) || !read_register(0x85, 1, &configuration)) return 0;
    if (!write_register(0x81, (configuration & 0x0F) | 10 << 4, 0, 1)) return 0;
    QUADSPI->CCR = CCR(MAPPED, 3, 10, 0, BYTES_3, 3, 1, 0xEB);
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_pages(CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_3, 3, 1, 0x12), 256, 1, address, size, buffer, is_ready);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (!idle()) return 0;
    for (first = (first & 0x0FFFFFFF) / 0x10000 * 0x10000, last &= 0x0FFFFFFF; last >= first; first += 0x10000)
        if (!erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_3, 1, 1, 0xD8), 1, first, is_ready)) return 0;
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    return idle() && erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7), 1, 0, is_ready);
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_bytes(CCR(INDIRECT_READ, 3, 10, 0, BYTES_3, 3, 1, 0xEB), address & 0x0FFFFFFF, buffer, size);
}
