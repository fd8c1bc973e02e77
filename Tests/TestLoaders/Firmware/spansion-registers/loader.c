// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// S25HL512T: registers by 65h and 71h at their addresses (QUADIT of CFR1V), programs on one line, sectors of 4 KiB over the first
// half of the first sector.
#include "registers.h"

STORAGE_OF(".info", "spansion-registers", 0x4000000, 0x100, {{32, 0x1000}, {1, 0x20000}, {255, 0x40000}});

static int is_ready(void) { return wait_status(0x05, 1, 0, 1); }

EXPORT int Init(void) {
    uint32_t id;
    uint8_t value;
    if (!open_controller(25) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x1A2A34) return 0;
    if (!read_bytes(CCR(INDIRECT_READ, 1, 0, 0, BYTES_3, 1, 1, 0x65), 0x800002, &value, 1)) return 0;
    value |= 2;
    if (!order(0x06, 1) || !write_bytes(CCR(INDIRECT_WRITE, 1, 0, 0, BYTES_3, 1, 1, 0x71), 0x800002, &value, 1)) return 0;
    QUADSPI->ABR = 0;
    QUADSPI->CCR = CCR(MAPPED, 3, 8, 3, BYTES_4, 3, 1, 0xEC);
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_pages(CCR(INDIRECT_WRITE, 1, 0, 0, BYTES_4, 1, 1, 0x12), 256, 1, address, size, buffer, is_ready);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (!idle()) return 0;
    for (first &= 0x0FFFFFFF, last &= 0x0FFFFFFF; last >= first;) {
        uint32_t unit = first < 0x20000 ? 0x1000 : first < 0x40000 ? 0x20000 : 0x40000;
        uint32_t code = unit == 0x1000 ? 0x21 : 0xDC;
        first = first / unit * unit;
        if (!erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_4, 1, 1, code), 1, first, is_ready)) return 0;
        first += unit;
    }
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    return idle() && erase_unit(CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7), 1, 0, is_ready);
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_bytes(CCR(INDIRECT_READ, 3, 8, 0, BYTES_4, 1, 1, 0x6C), address & 0x0FFFFFFF, buffer, size);
}
