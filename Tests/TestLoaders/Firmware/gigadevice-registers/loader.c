// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// GD25Q256E: QE by 31h, the opcodes that carry four bytes of address.
#include "registers.h"

STORAGE_OF(".info", "gigadevice-registers", 0x2000000, 0x100, {{512, 0x10000}});

static int is_ready(void) { return wait_status(0x05, 1, 0, 1); }

EXPORT int Init(void) {
    uint32_t id, status;
    if (!open_controller(24) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x1940C8) return 0;
    if (!read_register(0x35, 1, &status)) return 0;
    if (!(status & 2) && (!write_register(0x31, status | 2, 0, 1) || !wait_status(0x05, 1, 0, 1))) return 0;
    QUADSPI->ABR = 0;
    QUADSPI->CCR = CCR(MAPPED, 3, 4, 3, BYTES_4, 3, 1, 0xEC);
    return 1;
}

#define LINES 1
#define PROGRAM CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_4, 1, 1, 0x34)
#define ERASE CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_4, 1, 1, 0xDC)
#define ERASE_ALL CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7)
#define READ CCR(INDIRECT_READ, 3, 8, 0, BYTES_4, 1, 1, 0x6C)
#include "register_loader.h"
