// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MX25L12835F: QE first, then everything on four lines (35h).
#include "registers.h"

STORAGE_OF(".info", "macronix-registers", 0x1000000, 0x100, {{256, 0x10000}});

static int is_ready(void) { return wait_status(0x05, 1, 0, 3); }

EXPORT int Init(void) {
    uint32_t id, status;
    if (!open_controller(23) || !read_register(0x9F, 3, &id) || (id & 0xFFFFFF) != 0x1820C2) return 0;
    if (!read_register(0x05, 1, &status)) return 0;
    if (!(status & 0x40) && (!write_register(0x01, status | 0x40, 0, 1) || !wait_status(0x05, 1, 0, 1))) return 0;
    if (!order(0x35, 1)) return 0;
    QUADSPI->ABR = 0;
    QUADSPI->CCR = CCR(MAPPED, 3, 4, 3, BYTES_3, 3, 3, 0xEB);
    return 1;
}

#define LINES 3
#define PROGRAM CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_3, 3, 3, 0x02)
#define ERASE CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_3, 3, 3, 0xD8)
#define ERASE_ALL CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 3, 0xC7)
#define READ CCR(INDIRECT_READ, 3, 4, 3, BYTES_3, 3, 3, 0xEB)
#include "register_loader.h"
