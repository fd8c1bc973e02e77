// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A vendor's HAL, as much of it as a loader needs, and as debuggers meet it: built without optimisation, with handles that
// have state, lock and error, structures of parameters on the stack, pins configured in a loop over their bits, one flag
// polled at a time with a time-out whose clock stands still.
#pragma once
#include "flash.h"

// As built for debugging: every variable on the stack.
#pragma clang optimize off
// Each loader uses what it needs.
#pragma clang diagnostic ignored "-Wunused-function"

// What the compiler calls for structures that are cleared and copied.
void __aeabi_memclr4(void *bytes, uint32_t count) {
    for (uint8_t *next = bytes; count; count--) *next++ = 0;
}
void __aeabi_memcpy4(void *to, const void *from, uint32_t count) {
    uint8_t *target = to;
    for (const uint8_t *next = from; count; count--) *target++ = *next++;
}

typedef enum { STATUS_OK, STATUS_ERROR, STATUS_BUSY, STATUS_TIMEOUT } status_t;
typedef enum { STATE_RESET, STATE_READY, STATE_BUSY, STATE_ERROR = 4, STATE_MAPPED = 0x88 } state_t;
enum { UNLOCKED, LOCKED };
enum { LINES_NONE, LINES_1, LINES_2, LINES_4 };
enum { FUNCTION_WRITE, FUNCTION_READ, FUNCTION_POLL, FUNCTION_MAP };
enum { ERROR_NONE, ERROR_TIMEOUT, ERROR_TRANSFER };
enum { DEFAULT_TIMEOUT = 5000, PAGE = 256, BLOCK = 0x10000 };

typedef struct {
    uint32_t prescaler, fifo_threshold, sample_shifting, flash_size, chip_select_high_time, clock_mode, bank, dual;
} qspi_init_t;
typedef struct {
    struct quadspi *instance;
    qspi_init_t init;
    uint8_t *buffer;
    volatile uint32_t remaining;
    volatile uint32_t lock;
    volatile state_t state;
    volatile uint32_t error, timeout;
} qspi_handle_t;
typedef struct {
    uint32_t instruction, address, alternate, address_size, alternate_size, dummy_cycles;
    uint32_t instruction_lines, address_lines, alternate_lines, data_lines, count, ddr, instruction_once;
} qspi_command_t;
typedef struct { uint32_t match, mask, interval, status_size, match_mode, automatic_stop; } qspi_polling_t;
typedef struct { uint32_t pins, mode, pull, speed, alternate; } pin_init_t;

static qspi_handle_t handle;
#ifndef SAMPLE_SHIFT
#define SAMPLE_SHIFT (1u << 4)
#endif
#ifdef CHANGES_RATE
/// Address and data go on both edges of the clock.
static uint32_t both_edges;
#endif
static volatile uint32_t tick = 1;

/// The advice for loaders: without an interrupt the clock stands still, and no time-out ever comes.
NOINLINE uint32_t HAL_GetTick(void) { return tick; }
NOINLINE static void delay(uint32_t milliseconds) { (void)milliseconds; }

// MARK: Pins

typedef struct { volatile uint32_t MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFR[2]; } gpio_t;

static void pins_init(gpio_t *port, const pin_init_t *init) {
    uint32_t position = 0, current;
    while ((init->pins >> position) != 0) {
        current = init->pins & (1u << position);
        if (current != 0) {
            uint32_t value = port->AFR[position >> 3];
            value &= ~(0xFu << ((position & 7) * 4));
            value |= init->alternate << ((position & 7) * 4);
            port->AFR[position >> 3] = value;
            value = port->MODER;
            value &= ~(3u << (position * 2));
            value |= (init->mode & 3) << (position * 2);
            port->MODER = value;
            value = port->OSPEEDR;
            value &= ~(3u << (position * 2));
            value |= init->speed << (position * 2);
            port->OSPEEDR = value;
            value = port->OTYPER;
            value &= ~(1u << position);
            port->OTYPER = value;
            value = port->PUPDR;
            value &= ~(3u << (position * 2));
            value |= init->pull << (position * 2);
            port->PUPDR = value;
        }
        position++;
    }
}
/// Clocks, reset and pins of the controller.
static void qspi_support_init(void) {
    pin_init_t init = {0, 0, 0, 0, 0};
    REG(0x580244D4) |= 1u << 14;
    volatile uint32_t ready = REG(0x580244D4);
    REG(0x580244E0) |= 1u << 1 | 1u << 2 | 1u << 6 | 1u << 7;
    ready = REG(0x580244E0);
    (void)ready;
    init.mode = 2;
    init.speed = 3;
    init.alternate = 9;
    init.pins = 1u << 2;
    pins_init((gpio_t *)0x58020400, &init);
    init.pull = 1;
    init.pins = 1u << 11;
    pins_init((gpio_t *)0x58020800, &init);
    init.pull = 0;
    init.pins = 1u << 2 | 1u << 3;
    pins_init((gpio_t *)0x58021C00, &init);
    init.pins = 1u << 9 | 1u << 14;
    pins_init((gpio_t *)0x58021800, &init);
    REG(0x5802447C) |= 1u << 14;
    REG(0x5802447C) &= ~(1u << 14);
}

// MARK: Controller

NOINLINE static status_t qspi_wait_flag(
    qspi_handle_t *qspi, uint32_t flag, uint32_t state, uint32_t start, uint32_t timeout) {
    while (((qspi->instance->SR & flag) != 0) != (state != 0)) {
        if (timeout != 0xFFFFFFFF) {
            if (HAL_GetTick() - start > timeout || timeout == 0) {
                qspi->state = STATE_ERROR;
                qspi->error |= ERROR_TIMEOUT;
                return STATUS_ERROR;
            }
        }
    }
    return STATUS_OK;
}
static status_t qspi_init(qspi_handle_t *qspi) {
    uint32_t start = HAL_GetTick();
    status_t status;
    if (qspi == 0) return STATUS_ERROR;
    if (qspi->state == STATE_RESET) {
        qspi->lock = UNLOCKED;
        qspi_support_init();
        qspi->timeout = DEFAULT_TIMEOUT;
    }
    qspi->instance->CR = (qspi->instance->CR & ~0x1F00u) | (qspi->init.fifo_threshold - 1) << 8;
    status = qspi_wait_flag(qspi, SR_BUSY, 0, start, qspi->timeout);
    if (status == STATUS_OK) {
        qspi->instance->CR = (qspi->instance->CR & ~0xFF0000D0u) | qspi->init.prescaler << 24 |
            qspi->init.sample_shifting | qspi->init.bank | qspi->init.dual;
        qspi->instance->DCR = qspi->init.flash_size << 16 | qspi->init.chip_select_high_time | qspi->init.clock_mode;
        qspi->instance->CR |= 1;
        qspi->error = ERROR_NONE;
        qspi->state = STATE_READY;
    }
    qspi->lock = UNLOCKED;
    return status;
}
static void qspi_deinit(qspi_handle_t *qspi) {
    if (qspi->instance != 0) {
        qspi->instance->CR &= ~1u;
        REG(0x5802447C) |= 1u << 14;
        REG(0x5802447C) &= ~(1u << 14);
    }
    qspi->error = ERROR_NONE;
    qspi->state = STATE_RESET;
    qspi->lock = UNLOCKED;
}
static void qspi_config(qspi_handle_t *qspi, const qspi_command_t *command, uint32_t function) {
    uint32_t word = command->ddr << 31 | command->instruction_once << 28 | function << 26 | command->data_lines << 24 |
        command->dummy_cycles << 18 | command->alternate_size << 16 | command->alternate_lines << 14 |
        command->address_size << 12 | command->address_lines << 10 | command->instruction_lines << 8 |
        command->instruction;
    if (command->data_lines != LINES_NONE && function != FUNCTION_MAP) qspi->instance->DLR = command->count - 1;
    if (command->alternate_lines != LINES_NONE) qspi->instance->ABR = command->alternate;
    qspi->instance->CCR = word;
    if (command->address_lines != LINES_NONE && function != FUNCTION_MAP) qspi->instance->AR = command->address;
}
static status_t qspi_command(qspi_handle_t *qspi, const qspi_command_t *command, uint32_t timeout) {
    status_t status;
    uint32_t start = HAL_GetTick();
    if (qspi->lock == LOCKED) return STATUS_BUSY;
    qspi->lock = LOCKED;
    if (qspi->state == STATE_READY) {
        qspi->error = ERROR_NONE;
        qspi->state = STATE_BUSY;
        status = qspi_wait_flag(qspi, SR_BUSY, 0, start, timeout);
        if (status == STATUS_OK) {
            qspi_config(qspi, command, FUNCTION_WRITE);
            if (command->data_lines == LINES_NONE) {
                status = qspi_wait_flag(qspi, SR_TC, 1, start, timeout);
                if (status == STATUS_OK) {
                    qspi->instance->FCR = SR_TC;
                    qspi->state = STATE_READY;
                }
            } else {
                qspi->state = STATE_READY;
            }
        }
    } else {
        status = STATUS_BUSY;
    }
    qspi->lock = UNLOCKED;
    return status;
}
static status_t qspi_transmit(qspi_handle_t *qspi, const uint8_t *data, uint32_t timeout) {
    status_t status = STATUS_OK;
    uint32_t start = HAL_GetTick();
    volatile uint32_t *data_register = &qspi->instance->DR;
    if (qspi->state != STATE_READY) return STATUS_BUSY;
    qspi->state = STATE_BUSY;
    qspi->remaining = qspi->instance->DLR + 1;
    qspi->buffer = (uint8_t *)(uint32_t)data;
    qspi->instance->CCR &= ~(3u << 26);
    while (qspi->remaining > 0) {
        status = qspi_wait_flag(qspi, SR_FT, 1, start, timeout);
        if (status != STATUS_OK) break;
        *(volatile uint8_t *)data_register = *qspi->buffer;
        qspi->buffer++;
        qspi->remaining--;
    }
    if (status == STATUS_OK) {
        status = qspi_wait_flag(qspi, SR_TC, 1, start, timeout);
        if (status == STATUS_OK) qspi->instance->FCR = SR_TC;
    }
    qspi->state = STATE_READY;
    return status;
}
static status_t qspi_receive(qspi_handle_t *qspi, uint8_t *data, uint32_t timeout) {
    status_t status = STATUS_OK;
    uint32_t start = HAL_GetTick();
    uint32_t address = qspi->instance->AR;
    volatile uint32_t *data_register = &qspi->instance->DR;
    if (qspi->state != STATE_READY) return STATUS_BUSY;
    qspi->state = STATE_BUSY;
    qspi->remaining = qspi->instance->DLR + 1;
    qspi->buffer = data;
    qspi->instance->CCR = (qspi->instance->CCR & ~(3u << 26)) | FUNCTION_READ << 26;
    qspi->instance->AR = address;
    while (qspi->remaining > 0) {
        status = qspi_wait_flag(qspi, SR_FT | SR_TC, 1, start, timeout);
        if (status != STATUS_OK) break;
        *qspi->buffer = *(volatile uint8_t *)data_register;
        qspi->buffer++;
        qspi->remaining--;
    }
    if (status == STATUS_OK) {
        status = qspi_wait_flag(qspi, SR_TC, 1, start, timeout);
        if (status == STATUS_OK) qspi->instance->FCR = SR_TC;
    }
    qspi->state = STATE_READY;
    return status;
}
static status_t qspi_poll(
    qspi_handle_t *qspi, const qspi_command_t *command, const qspi_polling_t *polling, uint32_t timeout) {
    status_t status;
    uint32_t start = HAL_GetTick();
    if (qspi->state != STATE_READY) return STATUS_BUSY;
    qspi->state = STATE_BUSY;
    status = qspi_wait_flag(qspi, SR_BUSY, 0, start, timeout);
    if (status == STATUS_OK) {
        qspi->instance->PSMAR = polling->match;
        qspi->instance->PSMKR = polling->mask;
        qspi->instance->PIR = polling->interval;
        qspi->instance->CR = (qspi->instance->CR & ~(3u << 22)) | polling->match_mode << 23 | polling->automatic_stop << 22;
        qspi_command_t polled = *command;
        polled.count = polling->status_size;
        qspi_config(qspi, &polled, FUNCTION_POLL);
        status = qspi_wait_flag(qspi, SR_SM, 1, start, timeout);
        if (status == STATUS_OK) {
            qspi->instance->FCR = SR_SM;
            qspi->state = STATE_READY;
        }
    }
    return status;
}

/// Everything from the beginning: also the way out of memory-mapped mode. `size`: FSIZE.
static status_t qspi_open(qspi_handle_t *qspi, uint32_t size) {
    qspi->instance = QUADSPI;
    qspi_deinit(qspi);
    qspi->init.prescaler = 1;
    qspi->init.fifo_threshold = 4;
    qspi->init.sample_shifting = SAMPLE_SHIFT;
    qspi->init.flash_size = size;
    qspi->init.chip_select_high_time = 3u << 8;
    qspi->init.clock_mode = 0;
    qspi->init.bank = 1u << 7;
    qspi->init.dual = 0;
    return qspi_init(qspi);
}
static status_t qspi_map(qspi_handle_t *qspi, const qspi_command_t *command) {
    if (qspi_wait_flag(qspi, SR_BUSY, 0, HAL_GetTick(), DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    qspi->state = STATE_MAPPED;
    qspi->instance->CR &= ~(1u << 3);
    qspi_config(qspi, command, FUNCTION_MAP);
    return STATUS_OK;
}

// MARK: Commands

static qspi_command_t simple_command(uint32_t instruction) {
    qspi_command_t command = {0};
    command.instruction_lines = LINES_1;
    command.instruction = instruction;
    command.address_size = 2;
#ifdef CHANGES_RATE
    command.ddr = both_edges;
#endif
    return command;
}
/// No data: write enable, resets, modes.
static status_t qspi_send(qspi_handle_t *qspi, const qspi_command_t *command) {
    return qspi_command(qspi, command, DEFAULT_TIMEOUT);
}
static status_t qspi_write(qspi_handle_t *qspi, qspi_command_t command, const uint8_t *data, uint32_t count) {
    command.count = count;
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    return qspi_transmit(qspi, data, DEFAULT_TIMEOUT);
}
static status_t qspi_read(qspi_handle_t *qspi, qspi_command_t command, uint8_t *data, uint32_t count) {
    command.count = count;
    if (qspi_command(qspi, &command, DEFAULT_TIMEOUT) != STATUS_OK) return STATUS_ERROR;
    return qspi_receive(qspi, data, DEFAULT_TIMEOUT);
}
/// The controller reads the status again and again until its bits under the mask are as wanted.
static status_t qspi_poll_status(
    qspi_handle_t *qspi, qspi_command_t command, uint32_t match, uint32_t mask, uint32_t timeout) {
    qspi_polling_t polling = {match, mask, 16, 1, 0, 1};
    return qspi_poll(qspi, &command, &polling, timeout);
}
static void core_open(void) {
    REG(0xE000ED88) |= 15u << 20;
    REG(0xE000ED0C) = 0x05FA0300;
}
