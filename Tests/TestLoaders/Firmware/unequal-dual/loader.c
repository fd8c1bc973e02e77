// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A board with two different chips as one memory that take the same commands, as a Winbond W25Q128 and a GigaDevice GD25Q128,
// on the pins of the generic board for two chips.
#define DUAL 1
#define ADDRESS_SIZE 2
#define FLASH_SIZE_BITS 25
#define PAGE 512u
#define BLOCK 0x20000u
#define MODE_LINES 3
#define READ_DUMMY 4
#include "discovery.h"

__attribute__((used, section(".info"))) const struct storage_info StorageInfo = {
    "unequal-dual", 7, 0x90000000, 0x2000000, PAGE, 0xFF, {{256, BLOCK}}};

static hal_status_t bsp_prepare(void) { return bsp_change_register(0x35, 0x31, 0, 2); }
static void bsp_pins(void) {
    bsp_pin(1, 2, 9);
    bsp_pin(1, 6, 10);
    bsp_pin(3, 11, 9);
    bsp_pin(3, 12, 9);
    bsp_pin(4, 2, 9);
    bsp_pin(3, 13, 9);
    bsp_pin(2, 11, 9);
    bsp_pin(4, 7, 10);
    bsp_pin(4, 8, 10);
    bsp_pin(4, 9, 10);
    bsp_pin(4, 10, 10);
}
