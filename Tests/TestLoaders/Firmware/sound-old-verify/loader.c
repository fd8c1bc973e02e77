// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// With Verify in its older form, of three arguments, which returns 1 for equal; pages of 16 bytes.
#define NAME "sound-old-verify"
#define PAGE_SIZE 0x10
#include "sound.h"

EXPORT int Verify(uint32_t memory, uint32_t ram, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        uint8_t byte;
        if (!Read(memory + i, 1, &byte) || byte != ((const uint8_t *)ram)[i]) return 0;
    }
    return 1;
}
