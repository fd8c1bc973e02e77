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

#define LINES 1
#define PROGRAM CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_4, 1, 1, 0x34)
#define ERASE CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_4, 1, 1, 0xDC)
#define ERASE_ALL CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7)
#define READ CCR(INDIRECT_READ, 3, 8, 0, BYTES_4, 1, 1, 0x6C)
#include "register_loader.h"
