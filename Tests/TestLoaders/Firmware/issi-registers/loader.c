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

#define LINES 1
#define PROGRAM CCR(INDIRECT_WRITE, 3, 0, 0, BYTES_3, 1, 1, 0x32)
#define ERASE CCR(INDIRECT_WRITE, 0, 0, 0, BYTES_3, 1, 1, 0xD8)
#define ERASE_ALL CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, 1, 0xC7)
#define READ CCR(INDIRECT_READ, 3, 8, 0, BYTES_3, 1, 1, 0x6B)
#include "register_loader.h"
