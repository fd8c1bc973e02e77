// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A loader with nothing to find in it. What includes it may define NAME, the fields of StorageInfo, BEFORE_INIT,
// BEFORE_WRITE, BEFORE_ERASE and BEFORE_READ: statements at the beginning of those functions.
#pragma once
#include "flash.h"

#ifndef INFO_SECTION
#define INFO_SECTION ".info"
#endif
#ifndef KIND
#define KIND 7
#endif
#ifndef START
#define START 0x90000000
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE 0x100
#endif
#ifndef ERASED
#define ERASED 0xFF
#endif
#ifndef SECTOR_LIST
#define SECTOR_LIST {{256, 0x10000}}
#endif
#ifndef BEFORE_INIT
#define BEFORE_INIT
#endif
#ifndef BEFORE_WRITE
#define BEFORE_WRITE
#endif
#ifndef BEFORE_ERASE
#define BEFORE_ERASE
#endif
#ifndef BEFORE_READ
#define BEFORE_READ
#endif

#ifndef WITHOUT_STORAGE_INFO
__attribute__((used, section(INFO_SECTION))) const struct storage_info StorageInfo = {
    NAME, KIND, START, 0x1000000, PAGE_SIZE, ERASED, SECTOR_LIST};
#endif

#ifndef OWN_INIT
EXPORT int Init(void) {
    BEFORE_INIT
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
#endif
#ifdef DISCARDED_WRITE
__attribute__((section(".text.write"))) int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
#else
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
#endif
    BEFORE_WRITE
    return program(address, size, buffer);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    BEFORE_ERASE
    return erase_blocks(first, last);
}
#ifndef WITHOUT_MASS_ERASE
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    return idle() && command(0x06) && command(0xC7) && ready(0x7FFFFFFF);
}
#endif
#ifndef WITHOUT_READ
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    BEFORE_READ
    if (!idle()) return 0;
    QUADSPI->DLR = size - 1;
    QUADSPI->CCR = 1 << 26 | 1 << 24 | 8 << 18 | 2 << 12 | 1 << 10 | 1 << 8 | 0x0B;
    QUADSPI->AR = address & 0x0FFFFFFF;
    for (; size; size--) {
        for (uint32_t polls = 1000000; !(QUADSPI->SR & (SR_FT | SR_TC)); polls--)
            if (polls == 0) return 0;
        *buffer++ = *(volatile uint8_t *)&QUADSPI->DR;
    }
    return finish();
}
#endif
