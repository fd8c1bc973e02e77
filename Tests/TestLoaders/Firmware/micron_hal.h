// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MT25QL512AB: ten dummy clocks by the volatile configuration register, four bytes of address by B7h after a write enable, then
// everything on four lines; the flag status register is polled.
#pragma once
#ifdef DTR_PROTOCOL
#define SAMPLE_SHIFT 0
#define CHANGES_RATE 1
#endif
#include "hal_loader.h"

STORAGE_OF(".info", "micron-hal", 0x4000000, 0x100, {{1024, 0x10000}});

#ifdef DTR_PROTOCOL
#define READ_OPCODE 0xED
#define READ_DUMMY 8
#else
#define READ_OPCODE 0xEB
#define READ_DUMMY 10
#endif

static const flash_part_t part = {
    .size_bits = 25, .address_size = ADDRESS_32, .opcode_lines = PROTOCOL,
    .status = 0x70, .ready_mask = 0x80, .ready_match = 0x80,
    .program = PROTOCOL == LINES_4 ? 0x02 : 0x38, .program_address_lines = LINES_4, .program_data_lines = LINES_4, .page = 256,
    .erase = 0xD8, .block = 0x10000, .chip_erase = 0xC7,
    .read = READ_OPCODE, .read_address_lines = LINES_4, .read_data_lines = LINES_4, .read_dummy = READ_DUMMY,
};

static status_t flash_prepare(void) {
    uint8_t value = 0;
    if (flash_read_register(0x85, &value) != STATUS_OK) return STATUS_ERROR;
    value = (uint8_t)((value & 0x0F) | DUMMY << 4);
    if (flash_write_register(0x81, &value, 1) != STATUS_OK) return STATUS_ERROR;
    if (ENABLE_BEFORE_B7 && flash_write_enable_on(LINES_1) != STATUS_OK) return STATUS_ERROR;
    if (flash_order(0xB7) != STATUS_OK) return STATUS_ERROR;
    if (flash_wait(0x05, 0, 1, LINES_1) != STATUS_OK) return STATUS_ERROR;
#ifdef CHANGES_RATE
    {
        value = 0xDF;
        if (flash_write_enable_on(LINES_1) != STATUS_OK) return STATUS_ERROR;
        qspi_command_t command = simple_command(0x61);
        command.data_lines = LINES_1;
        if (qspi_write(&handle, command, &value, 1) != STATUS_OK) return STATUS_ERROR;
        both_edges = 1;
    }
#endif
    return PROTOCOL == LINES_4 ? flash_order(0x35) : STATUS_OK;
}
