// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Loaders whose board is nobody's: each says its pins, and the rest is a plain polled driver for 3 bytes of address.
#pragma once
#include "flash.h"

/// GPIO port from 0, pin, alternate function.
static inline void wire(uint32_t port, uint32_t n, uint32_t function) {
    volatile uint32_t *gpio = (volatile uint32_t *)(0x58020000u + 0x400u * port);
    REG(0x580244E0) |= 1u << port;
    (void)REG(0x580244E0);
    gpio[8 + n / 8] = (gpio[8 + n / 8] & ~(15u << (n % 8 * 4))) | function << (n % 8 * 4);
    gpio[2] |= 3u << (2 * n);
    gpio[0] = (gpio[0] & ~(3u << (2 * n))) | 2u << (2 * n);
}
/// Back to analog, as a HAL leaves a pin that it gives up.
static inline void unwire(uint32_t port, uint32_t n) {
    volatile uint32_t *gpio = (volatile uint32_t *)(0x58020000u + 0x400u * port);
    gpio[0] |= 3u << (2 * n);
    gpio[8 + n / 8] &= ~(15u << (n % 8 * 4));
}
/// `size_bits` as FSIZE has them, less one.
static inline void configure_size(uint32_t bank, uint32_t size_bits) {
    configure(bank);
    QUADSPI->CR = 0;
    QUADSPI->DCR = (size_bits - 1) << 16 | 3 << 8;
    QUADSPI->CR = 1u << 24 | 1 << 22 | 3 << 8 | bank | 1 << 4 | 1;
}
/// Resets the part, and compares the three bytes of its id, first byte lowest.
static inline int open_part(uint32_t id) {
    uint32_t found;
    if (!command(0x66) || !command(0x99)) return 0;
    for (volatile int i = 0; i < 4000; i++) {}
    return ready(100000) && read_register(0x9F, 3, &found) && found == id;
}
/// PP, on one line.
static inline int program_single(uint32_t address, uint32_t size, const uint8_t *bytes) {
    for (address &= 0x0FFFFFFF; size;) {
        uint32_t room = 256 - address % 256, count = size < room ? size : room;
        if (!idle() || !command(0x06)) return 0;
        QUADSPI->DLR = count - 1;
        QUADSPI->CCR = 1 << 24 | 2 << 12 | 1 << 10 | 1 << 8 | 0x02;
        QUADSPI->AR = address;
        address += count;
        size -= count;
        for (; count; count--, bytes++) {
            if (!wait_flags(SR_FT, SR_FT, 1000000)) return 0;
            *(volatile uint8_t *)&QUADSPI->DR = *bytes;
        }
        if (!finish() || !ready(10000000)) return 0;
    }
    return 1;
}

EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return program_single(address, size, buffer);
}
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
