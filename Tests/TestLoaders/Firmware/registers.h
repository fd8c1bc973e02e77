// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A loader in the style of one who writes registers: each part says its commands as words for QUADSPI_CCR.
#pragma once
#include "flash.h"

#pragma clang diagnostic ignored "-Wunused-function"

/// Lines of instruction, address, alternate bytes and data, as the register codes them: 1, 2, 3 for four.
#define CCR(mode, data, dummy, mode_bits, address_size, address, instruction, code) \
    ((uint32_t)(mode) << 26 | (data) << 24 | (dummy) << 18 | (mode_bits) << 14 | (address_size) << 12 | (address) << 10 | \
     (instruction) << 8 | (code))
enum { INDIRECT_WRITE, INDIRECT_READ, POLL, MAPPED };
enum { BYTES_3 = 2, BYTES_4 = 3 };

/// Bits of the status register `code` under `mask`, asked again and again; `line`: of instruction and data.
static int wait_status(uint32_t code, uint32_t mask, uint32_t match, uint32_t line) {
    QUADSPI->PSMKR = mask;
    QUADSPI->PSMAR = match;
    QUADSPI->PIR = 8;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = CCR(POLL, line, 0, 0, 0, 0, line, code);
    return wait_flags(SR_SM, SR_SM, 0x7FFFFFFF) && idle();
}
static int order(uint32_t code, uint32_t line) {
    QUADSPI->CCR = CCR(INDIRECT_WRITE, 0, 0, 0, 0, 0, line, code);
    return finish();
}
static int write_bytes(uint32_t ccr, uint32_t address, const uint8_t *bytes, uint32_t count) {
    QUADSPI->DLR = count - 1;
    QUADSPI->CCR = ccr;
    if (ccr & 3 << 10) QUADSPI->AR = address;
    for (; count; count--) {
        if (!wait_flags(SR_FT, SR_FT, 1000000)) return 0;
        *(volatile uint8_t *)&QUADSPI->DR = *bytes++;
    }
    return finish();
}
static int write_register(uint32_t code, uint32_t first, uint32_t second, uint32_t count) {
    uint8_t bytes[2] = {(uint8_t)first, (uint8_t)second};
    return order(0x06, 1) && write_bytes(CCR(INDIRECT_WRITE, 1, 0, 0, 0, 0, 1, code), 0, bytes, count);
}
static int read_bytes(uint32_t ccr, uint32_t address, uint8_t *bytes, uint32_t count) {
    if (!idle()) return 0;
    QUADSPI->DLR = count - 1;
    QUADSPI->CCR = ccr;
    if (ccr & 3 << 10) QUADSPI->AR = address;
    for (; count; count--) {
        while (!(QUADSPI->SR & (SR_FT | SR_TC))) {}
        *bytes++ = *(volatile uint8_t *)&QUADSPI->DR;
    }
    return finish();
}
/// Controller, pins, and a part that has forgotten what it was told.
static int open_controller(uint32_t size_bits) {
    connect_pins();
    configure(1 << 7);
    QUADSPI->DCR = size_bits << 16 | 3 << 8;
    if (!order(0x66, 3) || !order(0x99, 3) || !order(0x66, 1) || !order(0x99, 1)) return 0;
    for (volatile int i = 0; i < 4000; i++) {}
    return wait_status(0x05, 1, 0, 1);
}
static int program_pages(uint32_t ccr, uint32_t page, uint32_t line, uint32_t address, uint32_t size, const uint8_t *bytes,
                         int (*is_ready)(void)) {
    if (!idle()) return 0;
    for (address &= 0x0FFFFFFF; size;) {
        uint32_t room = page - address % page, count = size < room ? size : room;
        if (!order(0x06, line) || !write_bytes(ccr, address, bytes, count) || !is_ready()) return 0;
        address += count;
        bytes += count;
        size -= count;
    }
    return 1;
}
/// `ccr` 0 for a command without an address.
static int erase_unit(uint32_t ccr, uint32_t line, uint32_t address, int (*is_ready)(void)) {
    if (!order(0x06, line)) return 0;
    QUADSPI->CCR = ccr;
    if (ccr & 3 << 10) QUADSPI->AR = address;
    return finish() && is_ready();
}
