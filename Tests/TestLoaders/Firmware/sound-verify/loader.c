// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// With Verify in its newer form, of four arguments and 64 bits, and CheckSum.
#define NAME "sound-verify"
#include "sound.h"

EXPORT uint64_t Verify(uint32_t memory, uint32_t ram, uint32_t words, uint32_t misalignment) {
    uint32_t sum = 0, count = words * 4;
    (void)misalignment;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t byte;
        if (!Read(memory + i, 1, &byte)) return memory + i;
        sum += byte;
        if (byte != ((const uint8_t *)ram)[i]) return (uint64_t)sum << 32 | (memory + i);
    }
    return (uint64_t)sum << 32;
}
EXPORT uint32_t CheckSum(uint32_t start, uint32_t size, uint32_t sum) {
    for (uint32_t i = 0; i < size; i++) {
        uint8_t byte;
        if (!Read(start + i, 1, &byte)) return 0;
        sum += byte;
    }
    return sum;
}
