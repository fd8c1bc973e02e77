// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Two flashes as one memory, each with its own chip select.
#define NAME "infer-dual"
#define DUAL 1
#define CLOCK_PORT 1
#define CLOCK_PIN 2
#define OWN_PINS
#include "discovery_micron.h"

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
