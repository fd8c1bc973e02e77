// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MX25L25645G: QE is bit 6 of the status register, four bytes of address by B7h, 38h with the address on four lines too; EBh with
// six clocks before the data.
#pragma once
#include "hal_loader.h"

STORAGE_OF(".info", "macronix-hal", 0x2000000, 0x100, {{512, 0x10000}});

static const flash_part_t part = {
    .size_bits = 24, .address_size = ADDRESS_32, .opcode_lines = LINES_1,
    .status = 0x05, .ready_mask = 1, .ready_match = 0,
    .program = 0x38, .program_address_lines = LINES_4, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xD8, .block = 0x10000, .chip_erase = 0xC7,
    .read = 0xEB, .read_address_lines = LINES_4, .read_data_lines = LINES_4, .read_dummy = 6,
};

static status_t flash_prepare(void) {
    uint8_t status = 0;
    if (flash_read_register(0x05, &status) != STATUS_OK) return STATUS_ERROR;
    status |= QUAD_ENABLE;
    if (flash_write_register(0x01, &status, 1) != STATUS_OK) return STATUS_ERROR;
    if (flash_order(0xB7) != STATUS_OK) return STATUS_ERROR;
    return flash_wait(0x15, 0x20, 0x20, LINES_1);
}
