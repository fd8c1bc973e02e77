// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// IS25LP256D: QE is bit 6 of the status register, dummy clocks by the read parameters (C0h), four bytes of address by B7h.
#pragma once
#include "hal_loader.h"

STORAGE_OF(".info", "issi-hal", 0x2000000, 0x100, {{512, 0x10000}});

static const flash_part_t part = {
    .size_bits = 24, .address_size = ADDRESS_32, .opcode_lines = LINES_1,
    .status = 0x05, .ready_mask = 1, .ready_match = 0,
    .program = 0x38, .program_address_lines = LINES_1, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xD8, .block = 0x10000, .chip_erase = 0xC7,
    .read = 0xEB, .read_address_lines = LINES_4, .read_data_lines = LINES_4, .read_dummy = 8,
};

static status_t flash_prepare(void) {
    uint8_t status = 0, parameters = CLOCKS << 3;
    qspi_command_t command = simple_command(0xC0);
    if (flash_read_register(0x05, &status) != STATUS_OK) return STATUS_ERROR;
    status |= 0x40;
    if (flash_write_register(0x01, &status, 1) != STATUS_OK) return STATUS_ERROR;
    command.data_lines = LINES_1;
    if (qspi_write(&handle, command, &parameters, 1) != STATUS_OK) return STATUS_ERROR;
    return flash_order(0xB7);
}
