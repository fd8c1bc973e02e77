// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// W25Q512JV: the opcodes that carry four bytes of address, whatever mode the part is in; QE is there for good.
#include "registers.h"

STORAGE_OF(".info", "winbond-registers", 0x4000000, 0x100, {{1024, 0x10000}});

static int is_ready(void) { return wait_status(0x05, 1, 0, 1); }

EXPORT int Init(void) {
    uint32_t id;
    if (!open_controller(25) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x2040EF) return 0;
    QUADSPI->ABR = 0xFF;
    QUADSPI->CCR = CCR(MAPPED, 3, 4, 3, BYTES_4, 3, 1, 0xEC);
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_pages(CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_4, 1, 1, 0x34), 256, 1, address, size, buffer, is_ready);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (!idle()) return 0;
    for (first = (first & 0x0FFFFFFF) / 0x10000 * 0x10000, last &= 0x0FFFFFFF; last >= first; first += 0x10000)
        if (!erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_4, 1, 1, 0xDC), 1, first, is_ready)) return 0;
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    return idle() && erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7), 1, 0, is_ready);
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_bytes(CCR(INDIRECT_READ, 3, 8, 0, BYTES_4, 1, 1, 0x6C), address & 0x0FFFFFFF, buffer, size);
}
