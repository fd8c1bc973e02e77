// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// S25FL256S: four bytes of address by the opcodes themselves; 01h writes status and configuration, whose bit 1 is QUAD.
#pragma once
#include "hal_loader.h"

STORAGE_OF(".info", "spansion-hal", 0x2000000, 0x100, {{512, 0x10000}});

static const flash_part_t part = {
    .size_bits = 24, .address_size = ADDRESS_32, .opcode_lines = LINES_1,
    .status = STATUS, .ready_mask = READY_MASK, .ready_match = READY,
    .program = 0x34, .program_address_lines = LINES_1, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xDC, .block = 0x10000, .chip_erase = 0xC7,
    .read = 0x6C, .read_address_lines = LINES_1, .read_data_lines = LINES_4, .read_dummy = 8,
};

static status_t flash_prepare(void) {
    uint8_t values[2] = {0, 0};
    if (flash_read_register(0x35, &values[1]) != STATUS_OK) return STATUS_ERROR;
    if (values[1] & 2) return STATUS_OK;
    values[1] |= 2;
    return flash_write_register(0x01, values, 2);
}
