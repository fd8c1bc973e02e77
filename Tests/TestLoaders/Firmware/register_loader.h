// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// All but Init of a loader in a register programmer's style, for parts with a busy bit in a status register. What includes
// it defines LINES (of instructions, as in IMODE), is_ready(), and the commands as CCR holds them:
// PROGRAM, ERASE (64 KiB), ERASE_ALL and READ.
#pragma once
#include "registers.h"

EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_pages(PROGRAM, 256, LINES, address, size, buffer, is_ready);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (!idle()) return 0;
    for (first = (first & 0x0FFFFFFF) / 0x10000 * 0x10000, last &= 0x0FFFFFFF; last >= first; first += 0x10000)
        if (!erase_unit(ERASE, LINES, first, is_ready)) return 0;
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    return idle() && erase_unit(ERASE_ALL, LINES, 0, is_ready);
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_bytes(READ, address & 0x0FFFFFFF, buffer, size);
}
