// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The flash of the discovery boards: MT25TL01G, two dies of 64 MiB, each on its own four lines.
#pragma once
#include "flash.h"

/// Four bytes of address.
#define ADDRESS_SIZE 3
#define FLASH_SIZE_BITS (DUAL ? 27 : 26)
#define PAGE (DUAL ? 512u : 256u)
#define BLOCK (DUAL ? 0x20000u : 0x10000u)
#define MODE_LINES 0
#ifndef READ_DUMMY
#define READ_DUMMY 10
#endif
#include "discovery.h"

__attribute__((used, section(".info"))) const struct storage_info StorageInfo = {
    NAME, 7, 0x90000000, 1u << FLASH_SIZE_BITS, PAGE, 0xFF, {{1024, BLOCK}}};

static hal_status_t bsp_prepare(void) {
    // Volatile configuration register: ten dummy clocks.
    if (bsp_change_register(0x85, 0x81, 0xF0, READ_DUMMY << 4) != HAL_OK) return HAL_ERROR;
    if (bsp_write_enable() != HAL_OK || bsp_order(0xB7) != HAL_OK) return HAL_ERROR;
    return bsp_ready();
}
#ifndef OWN_PINS
static void bsp_pins(void) {
    bsp_pin(CLOCK_PORT, CLOCK_PIN, 9);
    bsp_pin(6, 6, 10);
    bsp_pin(3, 11, 9);
    bsp_pin(5, 9, 10);
    bsp_pin(5, 7, 9);
    bsp_pin(5, 6, 9);
    if (!DUAL) return;
    bsp_pin(7, 2, 9);
    bsp_pin(7, 3, 9);
    bsp_pin(6, 9, 9);
    bsp_pin(6, 14, 9);
}
#endif
