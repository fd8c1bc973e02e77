// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The shape of a loader made from a vendor's template for boards with two flashes as one memory: a board support package
// over a HAL, built without optimisation. Status and configuration registers are read and written for both chips at once, a
// byte each; erase units and pages are twice a chip's; Init leaves the flash mapped, and there is no Read.
//
// A loader says DUAL (1 or 0), CLOCK_PORT, CLOCK_PIN, and which of prepare's steps its flash needs.
#pragma once
#include "flash.h"

/// Address and data of the mapped read go on both edges of the clock; then SSHIFT has to be 0.
#ifdef DOUBLE_RATE
#define SAMPLE_SHIFT 0
#define CLOCK_DIVIDER 3
#else
#define DOUBLE_RATE 0
#define SAMPLE_SHIFT (1 << 4)
#define CLOCK_DIVIDER 1
#endif
#ifndef READ_OPCODE
#define READ_OPCODE 0xEB
#endif

#pragma clang optimize off

#define CHIPS (DUAL ? 2u : 1u)
/// The same byte for each chip.
#define EACH(value) (DUAL ? (value) * 0x0101u : (value))

typedef enum { HAL_OK, HAL_ERROR, HAL_BUSY, HAL_TIMEOUT } hal_status_t;
typedef struct { uint32_t prescaler, flash_size, flash_select, dual_flash; } qspi_init_t;
typedef struct {
    struct quadspi *instance;
    qspi_init_t init;
    volatile uint32_t error;
} qspi_handle_t;
typedef struct {
    uint32_t instruction, address, address_size, address_lines, alternate_lines, dummy_cycles, data_lines, count;
} qspi_command_t;

static qspi_handle_t handle;
static volatile uint32_t tick;

// Without an interrupt the clock stands still: no time-out ever comes.
NOINLINE static uint32_t HAL_GetTick(void) { return tick; }

NOINLINE static hal_status_t HAL_QSPI_WaitFlag(qspi_handle_t *qspi, uint32_t flag, uint32_t state, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    while (((qspi->instance->SR & flag) != 0) != (state != 0))
        if (HAL_GetTick() - start > timeout) {
            qspi->error = 1;
            return HAL_TIMEOUT;
        }
    return HAL_OK;
}
static hal_status_t HAL_QSPI_Init(qspi_handle_t *qspi) {
    qspi->instance->CR = 3 << 8;
    if (HAL_QSPI_WaitFlag(qspi, SR_BUSY, 0, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->CR |= qspi->init.prescaler << 24 | qspi->init.flash_select << 7 | qspi->init.dual_flash << 6 | SAMPLE_SHIFT;
    qspi->instance->DCR = qspi->init.flash_size << 16 | 3 << 8;
    qspi->instance->CR |= 1;
    return HAL_OK;
}
static void qspi_configure(qspi_handle_t *qspi, const qspi_command_t *command, uint32_t mode) {
    if (command->data_lines != 0 && mode != 3) qspi->instance->DLR = command->count - 1;
    if (command->alternate_lines != 0) qspi->instance->ABR = 0xFF;
    // DDRM and DHHC.
    qspi->instance->CCR = (mode == 3 && DOUBLE_RATE ? 3u << 30 : 0) | mode << 26 | command->data_lines << 24 | command->dummy_cycles << 18 |
        command->alternate_lines << 14 | command->address_size << 12 | command->address_lines << 10 | 1 << 8 |
        command->instruction;
    if (command->address_lines != 0 && mode != 3) qspi->instance->AR = command->address;
}
static hal_status_t HAL_QSPI_Command(qspi_handle_t *qspi, const qspi_command_t *command) {
    if (HAL_QSPI_WaitFlag(qspi, SR_BUSY, 0, 5000) != HAL_OK) return HAL_ERROR;
    qspi_configure(qspi, command, 0);
    if (command->data_lines != 0) return HAL_OK;
    if (HAL_QSPI_WaitFlag(qspi, SR_TC, 1, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->FCR = SR_TC;
    return HAL_OK;
}
static hal_status_t HAL_QSPI_Transmit(qspi_handle_t *qspi, const uint8_t *data, uint32_t count) {
    for (; count; count--, data++) {
        if (HAL_QSPI_WaitFlag(qspi, SR_FT, 1, 5000) != HAL_OK) return HAL_ERROR;
        *(volatile uint8_t *)&qspi->instance->DR = *data;
    }
    if (HAL_QSPI_WaitFlag(qspi, SR_TC, 1, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->FCR = SR_TC;
    return HAL_OK;
}
static hal_status_t HAL_QSPI_Receive(qspi_handle_t *qspi, const qspi_command_t *command, uint8_t *data) {
    uint32_t count = command->count;
    if (HAL_QSPI_WaitFlag(qspi, SR_BUSY, 0, 5000) != HAL_OK) return HAL_ERROR;
    qspi_configure(qspi, command, 1);
    for (; count; count--, data++) {
        if (HAL_QSPI_WaitFlag(qspi, SR_FT | SR_TC, 1, 5000) != HAL_OK) return HAL_ERROR;
        *data = *(volatile uint8_t *)&qspi->instance->DR;
    }
    if (HAL_QSPI_WaitFlag(qspi, SR_TC, 1, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->FCR = SR_TC;
    return HAL_OK;
}
static hal_status_t HAL_QSPI_AutoPolling(qspi_handle_t *qspi, const qspi_command_t *command, uint32_t match, uint32_t mask) {
    if (HAL_QSPI_WaitFlag(qspi, SR_BUSY, 0, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->PSMAR = match;
    qspi->instance->PSMKR = mask;
    qspi->instance->PIR = 16;
    qspi->instance->CR = (qspi->instance->CR & ~(3u << 22)) | 1u << 22;
    qspi_configure(qspi, command, 2);
    if (HAL_QSPI_WaitFlag(qspi, SR_SM, 1, 5000) != HAL_OK) return HAL_ERROR;
    qspi->instance->FCR = SR_SM;
    return HAL_OK;
}

// MARK: Board support

static qspi_command_t bsp_command(uint32_t instruction) {
    qspi_command_t command;
    command.instruction = instruction;
    command.address = command.address_lines = command.alternate_lines = 0;
    command.dummy_cycles = command.data_lines = command.count = 0;
    command.address_size = ADDRESS_SIZE;
    return command;
}
static hal_status_t bsp_order(uint32_t instruction) {
    qspi_command_t command = bsp_command(instruction);
    return HAL_QSPI_Command(&handle, &command);
}
static hal_status_t bsp_poll(uint32_t match, uint32_t mask) {
    qspi_command_t command = bsp_command(0x05);
    command.data_lines = 1;
    command.count = CHIPS;
    return HAL_QSPI_AutoPolling(&handle, &command, EACH(match), EACH(mask));
}
static hal_status_t bsp_ready(void) { return bsp_poll(0, 1); }
static hal_status_t bsp_write_enable(void) { return bsp_order(0x06) == HAL_OK ? bsp_poll(2, 2) : HAL_ERROR; }
/// Sets bits of a register of every chip.
static hal_status_t bsp_change_register(uint32_t read, uint32_t write, uint8_t clear, uint8_t set) {
    uint8_t values[2];
    qspi_command_t command = bsp_command(read);
    command.data_lines = 1;
    command.count = CHIPS;
    if (HAL_QSPI_Receive(&handle, &command, values) != HAL_OK) return HAL_ERROR;
    for (uint32_t i = 0; i < CHIPS; i++) values[i] = (uint8_t)((values[i] & ~clear) | set);
    if (bsp_write_enable() != HAL_OK) return HAL_ERROR;
    command.instruction = write;
    if (HAL_QSPI_Command(&handle, &command) != HAL_OK) return HAL_ERROR;
    if (HAL_QSPI_Transmit(&handle, values, CHIPS) != HAL_OK) return HAL_ERROR;
    return bsp_ready();
}
/// Dummy clocks, addressing mode, quad enable: what the flash needs after its reset.
static hal_status_t bsp_prepare(void);
/// Ports and pins.
static void bsp_pins(void);

static void bsp_pin(uint32_t port, uint32_t pin, uint32_t function) {
    volatile uint32_t *gpio = (volatile uint32_t *)(0x58020000u + 0x400u * port);
    REG(0x580244E0) |= 1u << port;
    (void)REG(0x580244E0);
    gpio[8 + pin / 8] = (gpio[8 + pin / 8] & ~(15u << (pin % 8 * 4))) | function << (pin % 8 * 4);
    gpio[2] |= 3u << (2 * pin);
    gpio[0] = (gpio[0] & ~(3u << (2 * pin))) | 2u << (2 * pin);
}
static hal_status_t bsp_init(void) {
    REG(0x580244D4) |= 1u << 14;
    REG(0x5802447C) |= 1u << 14;
    REG(0x5802447C) &= ~(1u << 14);
    bsp_pins();
    handle.instance = QUADSPI;
    handle.init.prescaler = CLOCK_DIVIDER;
    handle.init.flash_size = FLASH_SIZE_BITS - 1;
    handle.init.flash_select = 0;
    handle.init.dual_flash = DUAL;
    if (HAL_QSPI_Init(&handle) != HAL_OK) return HAL_ERROR;
    if (bsp_order(0x66) != HAL_OK || bsp_order(0x99) != HAL_OK) return HAL_ERROR;
    for (volatile uint32_t i = 0; i < 8000; i++) {}
    if (bsp_ready() != HAL_OK) return HAL_ERROR;
    return bsp_prepare();
}
static hal_status_t bsp_erase(uint32_t instruction, uint32_t address, uint32_t lines) {
    qspi_command_t command = bsp_command(instruction);
    command.address = address;
    command.address_lines = lines;
    if (bsp_write_enable() != HAL_OK) return HAL_ERROR;
    if (HAL_QSPI_Command(&handle, &command) != HAL_OK) return HAL_ERROR;
    return bsp_ready();
}

EXPORT int Init(void) {
    qspi_command_t command = bsp_command(READ_OPCODE);
    if (bsp_init() != HAL_OK) return 0;
    command.address_lines = command.data_lines = 3;
    command.alternate_lines = MODE_LINES;
    command.dummy_cycles = READ_DUMMY;
    if (HAL_QSPI_WaitFlag(&handle, SR_BUSY, 0, 5000) != HAL_OK) return 0;
    qspi_configure(&handle, &command, 3);
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    qspi_command_t command = bsp_command(0x32);
    command.address_lines = 1;
    command.data_lines = 3;
    if (bsp_init() != HAL_OK) return 0;
    for (address &= 0x0FFFFFFF; size; size -= command.count, address += command.count, buffer += command.count) {
        command.address = address;
        command.count = PAGE - address % PAGE;
        if (command.count > size) command.count = size;
        if (bsp_write_enable() != HAL_OK) return 0;
        if (HAL_QSPI_Command(&handle, &command) != HAL_OK) return 0;
        if (HAL_QSPI_Transmit(&handle, buffer, command.count) != HAL_OK) return 0;
        if (bsp_ready() != HAL_OK) return 0;
    }
    return 1;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    if (bsp_init() != HAL_OK) return 0;
    for (first = (first & 0x0FFFFFFF) / BLOCK * BLOCK; first <= (last & 0x0FFFFFFF); first += BLOCK)
        if (bsp_erase(0xD8, first, 1) != HAL_OK) return 0;
    return 1;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    if (bsp_init() != HAL_OK) return 0;
    return bsp_erase(0xC7, 0, 0) == HAL_OK;
}
