// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// W25Q256JV: four bytes of address by B7h, which SR3 confirms; 32h and EBh with mode bits.
#pragma once
#include "hal_loader.h"

STORAGE_OF(".info", "winbond-hal", 0x2000000, 0x100, {{512, 0x10000}});

static const flash_part_t part = {
    .size_bits = 24, .address_size = ADDRESS, .opcode_lines = LINES_1,
    .status = 0x05, .ready_mask = 1, .ready_match = 0,
    .program = 0x32, .program_address_lines = LINES_1, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xD8, .block = 0x10000, .chip_erase = 0xC7,
    .read = 0xEB, .read_address_lines = LINES_4, .read_data_lines = LINES_4, .read_dummy = 4, .mode_lines = LINES_4, .mode = 0xFF,
};

static status_t flash_prepare(void) {
    uint8_t value = 0;
    if (flash_read_register(0x35, &value) != STATUS_OK) return STATUS_ERROR;
    value |= 2;
    if (flash_write_register(0x31, &value, 1) != STATUS_OK) return STATUS_ERROR;
    if (ADDRESS == ADDRESS_24) return STATUS_OK;
    if (flash_order(0xB7) != STATUS_OK) return STATUS_ERROR;
    return flash_wait(0x15, 1, 1, LINES_1);
}
