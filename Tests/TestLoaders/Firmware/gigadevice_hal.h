// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// GD25Q128E: QE is bit 1 of the second status register, which 31h writes by itself.
#pragma once
#include "hal_loader.h"

STORAGE_OF(".info", "gigadevice-hal", 0x1000000, 0x100, {{256, 0x10000}});

static const flash_part_t part = {
    .size_bits = 23, .address_size = ADDRESS_24, .opcode_lines = LINES_1,
    .status = 0x05, .ready_mask = 1, .ready_match = 0,
    .program = 0x32, .program_address_lines = LINES_1, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xD8, .block = 0x10000, .chip_erase = 0xC7,
    .read = 0x6B, .read_address_lines = LINES_1, .read_data_lines = LINES_4, .read_dummy = 8,
};

static status_t flash_prepare(void) {
    uint8_t value = 0;
    if (flash_read_register(QUAD_READ, &value) != STATUS_OK) return STATUS_ERROR;
    value |= QUAD_BIT;
    return flash_write_register(QUAD_WRITE, &value, 1);
}
