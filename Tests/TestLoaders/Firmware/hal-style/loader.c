// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// In the style of loaders built from a vendor's HAL without optimisation: every operation begins with the controller set up
// again, and Init leaves the flash mapped.
#include "hal.h"

STORAGE_INFO(".info", "hal-style", 7, 256, 0x10000);

static status_t flash_reset(qspi_handle_t *qspi) {
    qspi_command_t command = simple_command(0x66);
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    command.instruction = 0x99;
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    delay(1);
    return STATUS_OK;
}
static status_t flash_wait_ready(qspi_handle_t *qspi, uint32_t timeout) {
    qspi_command_t command = simple_command(0x05);
    qspi_polling_t polling = {0, 1, 16, 1, 0, 1};
    command.data_lines = LINES_1;
    return qspi_poll(qspi, &command, &polling, timeout);
}
static status_t flash_write_enable(qspi_handle_t *qspi) {
    qspi_command_t command = simple_command(0x06);
    qspi_polling_t polling = {2, 2, 16, 1, 0, 1};
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    command.instruction = 0x05;
    command.data_lines = LINES_1;
    return qspi_poll(qspi, &command, &polling, DEFAULT_TIMEOUT);
}
static status_t flash_enable_quad(qspi_handle_t *qspi) {
    uint8_t value = 0;
    qspi_command_t command = simple_command(0x35);
    command.data_lines = LINES_1;
    command.count = 1;
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    if (qspi_receive(qspi, &value, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    if (value & 2) return STATUS_OK;
    if (flash_write_enable(qspi) != STATUS_OK) return STATUS_ERROR;
    value |= 2;
    command.instruction = 0x31;
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    if (qspi_transmit(qspi, &value, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    return flash_wait_ready(qspi, DEFAULT_TIMEOUT);
}
static status_t board_flash_init(void) {
    if (qspi_open(&handle, 23) != STATUS_OK) return STATUS_ERROR;
    if (flash_reset(&handle) != STATUS_OK) return STATUS_ERROR;
    if (flash_wait_ready(&handle, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    return flash_enable_quad(&handle);
}
static status_t board_flash_map(void) {
    qspi_command_t command = simple_command(0xEB);
    command.address_lines = LINES_4;
    command.alternate_lines = LINES_4;
    command.alternate = 0xFF;
    command.data_lines = LINES_4;
    command.dummy_cycles = 4;
    return qspi_map(&handle, &command);
}
static status_t board_flash_write(const uint8_t *data, uint32_t address, uint32_t size) {
    uint32_t end = address + size, current = address, count = PAGE - address % PAGE;
    qspi_command_t command = simple_command(0x32);
    command.address_lines = LINES_1;
    command.data_lines = LINES_4;
    if (count > size) count = size;
    do {
        command.address = current;
        command.count = count;
        if (flash_write_enable(&handle) != STATUS_OK) return STATUS_ERROR;
        if (qspi_command(&handle, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
        if (qspi_transmit(&handle, data, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
        if (flash_wait_ready(&handle, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
        current += count;
        data += count;
        count = current + PAGE > end ? end - current : PAGE;
    } while (current < end);
    return STATUS_OK;
}
static status_t board_flash_erase(uint32_t instruction, uint32_t address) {
    qspi_command_t command = simple_command(instruction);
    if (instruction != 0xC7) command.address_lines = LINES_1;
    command.address = address;
    if (flash_write_enable(&handle) != STATUS_OK) return STATUS_ERROR;
    if (qspi_command(&handle, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    return flash_wait_ready(&handle, 0x7FFFFFFF);
}

// MARK: Loader

EXPORT int Init(void) {
    core_open();
    if (board_flash_init() != STATUS_OK) return 0;
    return board_flash_map() == STATUS_OK;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    if (board_flash_init() != STATUS_OK) return 0;
    return board_flash_write(buffer, address & 0x0FFFFFFF, size) == STATUS_OK;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    first &= 0x0FFFFFFF;
    last &= 0x0FFFFFFF;
    first -= first % BLOCK;
    if (board_flash_init() != STATUS_OK) return 0;
    while (last >= first) {
        if (board_flash_erase(0xD8, first) != STATUS_OK) return 0;
        first += BLOCK;
    }
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    if (board_flash_init() != STATUS_OK) return 0;
    return board_flash_erase(0xC7, 0) == STATUS_OK;
}
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    qspi_command_t command = simple_command(0x6B);
    if (board_flash_init() != STATUS_OK) return 0;
    command.address = address & 0x0FFFFFFF;
    command.address_lines = LINES_1;
    command.data_lines = LINES_4;
    command.dummy_cycles = 8;
    command.count = size;
    if (qspi_command(&handle, &command, DEFAULT_TIMEOUT) != STATUS_OK) return 0;
    return qspi_receive(&handle, buffer, DEFAULT_TIMEOUT) == STATUS_OK;
}
