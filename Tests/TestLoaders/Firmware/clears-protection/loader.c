// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Clears the flash's block protection where it erases or writes.
#define NAME "clears-protection"
#include "flash.h"
static int write_status(uint32_t value) {
    if (!idle() || !command(0x06)) return 0;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 1 << 24 | 1 << 8 | 0x01;
    *(volatile uint8_t *)&QUADSPI->DR = (uint8_t)value;
    return finish() && ready(10000000);
}
#define BEFORE_WRITE if (!write_status(0)) return 0;
#define BEFORE_ERASE if (!write_status(0)) return 0;
#include "sound.h"
