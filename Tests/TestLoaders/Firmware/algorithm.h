// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The shape of a CMSIS flash algorithm (FlashOS.h). 0 is success.
#pragma once
#define ALGORITHM
#include "flash.h"

#define SECTORS 512
struct flash_device {
    uint16_t version;
    char name[128];
    uint16_t type;
    uint32_t start, size, page, reserved;
    uint8_t erased;
    uint32_t program_limit, erase_limit;
    struct { uint32_t size, address; } sectors[SECTORS];
};
#define DEVICE(name, bytes, page, ...) \
    __attribute__((used, section("DevDscr"))) const struct flash_device FlashDevice = { \
        0x0101, name, 5, 0x90000000, bytes, page, 0, 0xFF, 100, 3000, {__VA_ARGS__, {~0u, ~0u}}}
