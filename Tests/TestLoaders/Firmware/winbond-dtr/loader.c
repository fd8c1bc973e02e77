// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// W25Q128JV-IM at double transfer rate: EDh with mode bits and seven dummy clocks, mapped and for Read; QE is off from the
// factory.
#include "registers.h"

STORAGE_OF(".info", "winbond-dtr", 0x1000000, 0x100, {{256, 0x10000}});

/// DDRM and DHHC.
#define BOTH_EDGES (3u << 30)

static int is_ready(void) { return wait_status(0x05, 1, 0, 1); }

EXPORT int Init(void) {
    uint32_t id, status;
    if (!open_controller(23) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x1870EF) return 0;
    if (!read_register(0x35, 1, &status)) return 0;
    if (!(status & 2) && (!write_register(0x31, status | 2, 0, 1) || !is_ready())) return 0;
    // SSHIFT must be 0 while both edges bring data.
    QUADSPI->CR &= ~(1u << 4);
    QUADSPI->ABR = 0xFF;
    QUADSPI->CCR = BOTH_EDGES | CCR(MAPPED, 3, 7, 3, BYTES_3, 3, 1, 0xED);
    return 1;
}

#define LINES 1
#define PROGRAM CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_3, 1, 1, 0x32)
#define ERASE CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_3, 1, 1, 0xD8)
#define ERASE_ALL CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7)
#define READ (BOTH_EDGES | CCR(INDIRECT_READ, 3, 7, 3, BYTES_3, 3, 1, 0xED))
#include "register_loader.h"
