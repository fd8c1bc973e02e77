// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A plain polled driver for a W25Q128 on QUADSPI, and the shape of an external loader, for the small loaders here.
#pragma once
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define EXPORT __attribute__((used, section(".text.entry")))
#define NOINLINE __attribute__((noinline))

struct sectors { uint32_t count, size; };
struct storage_info {
    char name[100];
    uint16_t type;
    uint32_t start, size, page;
    uint8_t erased;
    struct sectors sectors[10];
};
_Static_assert(sizeof(struct storage_info) == 200, "ST's layout");
/// `sectors` as in `{{256, 0x10000}}`.
#define STORAGE_OF(section_name, name, bytes, page, ...) \
    __attribute__((used, section(section_name))) const struct storage_info StorageInfo = { \
        name, 7, 0x90000000, bytes, page, 0xFF, __VA_ARGS__}
#define STORAGE_INFO(section_name, name, type, count, sector) \
    __attribute__((used, section(section_name))) const struct storage_info StorageInfo = { \
        name, type, 0x90000000, 0x1000000, 0x100, 0xFF, {{count, sector}}}

#ifndef ALGORITHM
int Init(void);
int Write(uint32_t address, uint32_t size, const uint8_t *buffer);
int Read(uint32_t address, uint32_t size, uint8_t *buffer);
int SectorErase(uint32_t first, uint32_t last);
int MassErase(uint32_t parallelism);
#endif

struct quadspi { volatile uint32_t CR, DCR, SR, FCR, DLR, CCR, AR, ABR, DR, PSMKR, PSMAR, PIR, LPTR; };
#define QUADSPI ((struct quadspi *)0x52005000)
enum { SR_TC = 2, SR_FT = 4, SR_SM = 8, SR_BUSY = 32 };

static inline int wait_flags(uint32_t mask, uint32_t value, uint32_t polls) {
    while ((QUADSPI->SR & mask) != value)
        if (polls-- == 0) return 0;
    return 1;
}
static inline int finish(void) {
    if (!wait_flags(SR_TC, SR_TC, 1000000)) return 0;
    QUADSPI->FCR = 0x1B;
    return wait_flags(SR_BUSY, 0, 1000000);
}
static inline int idle(void) {
    if (QUADSPI->SR & SR_BUSY) QUADSPI->CR |= 2;
    if (!wait_flags(SR_BUSY, 0, 1000000)) return 0;
    QUADSPI->FCR = 0x1B;
    return 1;
}
static inline int command(uint32_t code) {
    QUADSPI->CCR = 1 << 8 | code;
    return finish();
}
static inline int read_register(uint32_t code, uint32_t count, uint32_t *value) {
    QUADSPI->DLR = count - 1;
    QUADSPI->CCR = 1 << 26 | 1 << 24 | 1 << 8 | code;
    if (!wait_flags(SR_TC, SR_TC, 1000000)) return 0;
    *value = 0;
    for (uint32_t i = 0; i < count; i++) *value |= (uint32_t)*(volatile uint8_t *)&QUADSPI->DR << (8 * i);
    return finish();
}
static inline int ready(uint32_t polls) {
    QUADSPI->PSMKR = 1;
    QUADSPI->PSMAR = 0;
    QUADSPI->PIR = 16;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 2 << 26 | 1 << 24 | 1 << 8 | 0x05;
    int matched = wait_flags(SR_SM, SR_SM, polls);
    return idle() && matched;
}
static inline void map(void) {
    QUADSPI->ABR = 0xFF;
    QUADSPI->CCR = 3u << 26 | 3 << 24 | 4 << 18 | 3 << 14 | 2 << 12 | 3 << 10 | 1 << 8 | 0xEB;
}

static inline void connect_pin(uint32_t port, uint32_t n) {
    volatile uint32_t *gpio = (volatile uint32_t *)(0x58020000u + 0x400u * port);
    gpio[8 + n / 8] = (gpio[8 + n / 8] & ~(15u << (n % 8 * 4))) | 9u << (n % 8 * 4);
    gpio[2] |= 3u << (2 * n);
    gpio[0] = (gpio[0] & ~(3u << (2 * n))) | 2u << (2 * n);
}
static inline void connect_pins(void) {
    REG(0x580244E0) |= 1u << 1 | 1u << 2 | 1u << 6 | 1u << 7;
    (void)REG(0x580244E0);
    connect_pin(1, 2);
    connect_pin(2, 11);
    connect_pin(7, 2);
    connect_pin(7, 3);
    connect_pin(6, 9);
    connect_pin(6, 14);
}
/// Controller at HCLK / 2, with the bank's select bit (0x80 for bank 2).
static inline void configure(uint32_t bank) {
    REG(0x580244D4) |= 1u << 14;
    REG(0x5802447C) |= 1u << 14;
    REG(0x5802447C) &= ~(1u << 14);
    (void)REG(0x5802447C);
    QUADSPI->DCR = 23 << 16 | 3 << 8;
    QUADSPI->CR = 1u << 24 | 1 << 22 | 3 << 8 | bank | 1 << 4 | 1;
}
/// Resets the chip, checks its identity, enables quad commands.
static inline int open_flash(void) {
    uint32_t id, status;
    if (!command(0x66) || !command(0x99)) return 0;
    for (volatile int i = 0; i < 2000; i++) {}
    if (!ready(100000) || !read_register(0x9F, 3, &id) || (id & 0xFF) != 0xEF || id >> 16 != 0x18) return 0;
    if (!read_register(0x35, 1, &status)) return 0;
    if (status & 2) return 1;
    if (!command(0x06)) return 0;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 1 << 24 | 1 << 8 | 0x31;
    *(volatile uint8_t *)&QUADSPI->DR = (uint8_t)status | 2;
    return finish() && ready(10000000) && read_register(0x35, 1, &status) && (status & 2);
}
static inline int program_page(uint32_t address, const uint8_t *bytes, uint32_t count) {
    if (!command(0x06)) return 0;
    QUADSPI->DLR = count - 1;
    QUADSPI->CCR = 3 << 24 | 2 << 12 | 1 << 10 | 1 << 8 | 0x32;
    QUADSPI->AR = address;
    for (; count; count--, bytes++) {
        if (!wait_flags(SR_FT, SR_FT, 1000000)) return 0;
        *(volatile uint8_t *)&QUADSPI->DR = *bytes;
    }
    return finish() && ready(10000000);
}
static inline int program(uint32_t address, uint32_t size, const uint8_t *bytes) {
    address &= 0x0FFFFFFF;
    if (!idle()) return 0;
    while (size) {
        uint32_t room = 256 - address % 256, count = size < room ? size : room;
        if (!program_page(address, bytes, count)) return 0;
        address += count;
        bytes += count;
        size -= count;
    }
    return 1;
}
static inline int erase(uint32_t code, uint32_t address) {
    if (!command(0x06)) return 0;
    QUADSPI->CCR = 2 << 12 | 1 << 10 | 1 << 8 | code;
    QUADSPI->AR = address;
    return finish() && ready(0x7FFFFFFF);
}
/// In the manner of ST's own sources: rounds down, and the end is inclusive.
static inline int erase_blocks(uint32_t start, uint32_t end) {
    start &= 0x0FFF0000;
    end &= 0x0FFFFFFF;
    if (!idle()) return 0;
    for (; end >= start; start += 0x10000)
        if (!erase(0xD8, start)) return 0;
    return 1;
}
/// By the opcode, the number of dummy clocks and the lines of the data phase; byte by byte.
static inline int read_indirect(uint32_t code, uint32_t dummy, uint32_t lines, uint32_t address, uint32_t size, uint8_t *bytes) {
    if (!idle()) return 0;
    QUADSPI->DLR = size - 1;
    QUADSPI->CCR = 1 << 26 | lines << 24 | dummy << 18 | 2 << 12 | 1 << 10 | 1 << 8 | code;
    QUADSPI->AR = address & 0x0FFFFFFF;
    for (; size; size--) {
        while (!(QUADSPI->SR & (SR_FT | SR_TC))) {}
        *bytes++ = *(volatile uint8_t *)&QUADSPI->DR;
    }
    return finish();
}
