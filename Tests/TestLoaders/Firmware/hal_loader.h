// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A loader in the style of a HAL for any part: what differs between parts is a table of operations, and a function that brings
// a freshly reset part into the mode in which they work.
#pragma once
#include "hal.h"

typedef struct {
    uint32_t size_bits, address_size, opcode_lines;
    uint32_t status, ready_mask, ready_match;
    uint32_t program, program_address_lines, program_data_lines, page;
    uint32_t erase, block, chip_erase;
    uint32_t read, read_address_lines, read_data_lines, read_dummy, mode_lines, mode;
} flash_part_t;
enum { ADDRESS_24 = 2, ADDRESS_32 = 3 };

static const flash_part_t part;
/// Quad enable, addressing mode, dummy clocks: whatever the part needs after a reset.
static status_t flash_prepare(void);

static qspi_command_t flash_command(uint32_t instruction) {
    qspi_command_t command = simple_command(instruction);
    command.instruction_lines = part.opcode_lines;
    command.address_size = part.address_size;
    return command;
}
static status_t flash_wait(uint32_t opcode, uint32_t match, uint32_t mask, uint32_t lines) {
    qspi_command_t command = simple_command(opcode);
    command.instruction_lines = command.data_lines = lines;
    return qspi_poll_status(&handle, command, match, mask, 0x7FFFFFFF);
}
static status_t flash_wait_ready(void) {
    return flash_wait(part.status, part.ready_match, part.ready_mask, part.opcode_lines);
}
static status_t flash_write_enable_on(uint32_t lines) {
    qspi_command_t command = simple_command(0x06);
    command.instruction_lines = lines;
    if (qspi_send(&handle, &command) != STATUS_OK) return STATUS_ERROR;
    return flash_wait(0x05, 2, 2, lines);
}
/// On a single line, as the part comes out of its reset.
static status_t flash_read_register(uint32_t opcode, uint8_t *value) {
    qspi_command_t command = simple_command(opcode);
    command.data_lines = LINES_1;
    return qspi_read(&handle, command, value, 1);
}
static status_t flash_write_register(uint32_t opcode, const uint8_t *values, uint32_t count) {
    qspi_command_t command = simple_command(opcode);
    command.data_lines = LINES_1;
    if (flash_write_enable_on(LINES_1) != STATUS_OK) return STATUS_ERROR;
    if (qspi_write(&handle, command, values, count) != STATUS_OK) return STATUS_ERROR;
    return flash_wait(0x05, 0, 1, LINES_1);
}
static status_t flash_order(uint32_t opcode) {
    qspi_command_t command = simple_command(opcode);
    return qspi_send(&handle, &command);
}
/// Out of whatever protocol the part was left in.
static status_t flash_reset(void) {
#ifdef CHANGES_RATE
    both_edges = 0;
#endif
    qspi_command_t command = simple_command(0x66);
    command.instruction_lines = LINES_4;
    if (qspi_send(&handle, &command) != STATUS_OK) return STATUS_ERROR;
    command.instruction = 0x99;
    if (qspi_send(&handle, &command) != STATUS_OK) return STATUS_ERROR;
    if (flash_order(0x66) != STATUS_OK || flash_order(0x99) != STATUS_OK) return STATUS_ERROR;
    for (volatile uint32_t i = 0; i < 8000; i++) {}
    return STATUS_OK;
}
static status_t flash_open(void) {
    if (qspi_open(&handle, part.size_bits) != STATUS_OK) return STATUS_ERROR;
    if (flash_reset() != STATUS_OK) return STATUS_ERROR;
    if (flash_wait(0x05, 0, 1, LINES_1) != STATUS_OK) return STATUS_ERROR;
    return flash_prepare();
}
static qspi_command_t flash_read_command(void) {
    qspi_command_t command = flash_command(part.read);
    command.address_lines = part.read_address_lines;
    command.data_lines = part.read_data_lines;
    command.dummy_cycles = part.read_dummy;
    command.alternate_lines = part.mode_lines;
    command.alternate = part.mode;
    return command;
}
static status_t flash_erase(uint32_t opcode, uint32_t address_lines, uint32_t address) {
    qspi_command_t command = flash_command(opcode);
    command.address_lines = address_lines;
    command.address = address;
    if (flash_write_enable_on(part.opcode_lines) != STATUS_OK) return STATUS_ERROR;
    if (qspi_send(&handle, &command) != STATUS_OK) return STATUS_ERROR;
    return flash_wait_ready();
}

EXPORT int Init(void) {
    qspi_command_t command = {0};
    core_open();
    if (flash_open() != STATUS_OK) return 0;
    command = flash_read_command();
    return qspi_map(&handle, &command) == STATUS_OK;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    qspi_command_t command = flash_command(part.program);
    uint32_t room;
    command.address_lines = part.program_address_lines;
    command.data_lines = part.program_data_lines;
    if (flash_open() != STATUS_OK) return 0;
    for (address &= 0x0FFFFFFF; size; address += room, buffer += room, size -= room) {
        room = part.page - address % part.page;
        if (room > size) room = size;
        command.address = address;
        if (flash_write_enable_on(part.opcode_lines) != STATUS_OK) return 0;
        if (qspi_write(&handle, command, buffer, room) != STATUS_OK) return 0;
        if (flash_wait_ready() != STATUS_OK) return 0;
    }
    return 1;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    first &= 0x0FFFFFFF;
    last &= 0x0FFFFFFF;
    first -= first % part.block;
    if (flash_open() != STATUS_OK) return 0;
    for (; last >= first; first += part.block)
        if (flash_erase(part.erase, part.opcode_lines, first) != STATUS_OK) return 0;
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    if (flash_open() != STATUS_OK) return 0;
    return flash_erase(part.chip_erase, LINES_NONE, 0) == STATUS_OK;
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    qspi_command_t command = {0};
    if (flash_open() != STATUS_OK) return 0;
    command = flash_read_command();
    command.address = address & 0x0FFFFFFF;
    return qspi_read(&handle, command, buffer, size) == STATUS_OK;
}
