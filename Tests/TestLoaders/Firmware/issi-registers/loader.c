// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// IS25LP064A: QE is bit 6 of the status register; EBh with its mode byte and four dummy clocks, as the part comes.
#include "registers.h"

STORAGE_OF(".info", "issi-registers", 0x800000, 0x100, {{128, 0x10000}});

static int is_ready(void) { return wait_status(0x05, 1, 0, 1); }

EXPORT int Init(void) {
    uint32_t id, status;
    if (!open_controller(22) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x17609D) return 0;
    if (!read_register(0x05, 1, &status)) return 0;
    if (!(status & 0x40) && (!write_register(0x01, status | 0x40, 0, 1) || !wait_status(0x05, 1, 0, 1))) return 0;
    QUADSPI->ABR = 0;
    QUADSPI->CCR = CCR(MAPPED, 3, 4, 3, BYTES_3, 3, 1, 0xEB);
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_pages(CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_3, 1, 1, 0x32), 256, 1, address, size, buffer, is_ready);
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
    return read_bytes(CCR(INDIRECT_READ, 3, 8, 0, BYTES_3, 1, 1, 0x6B), address & 0x0FFFFFFF, buffer, size);
}
