// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Reads the flash like memory before it is mapped.
#define NAME "fault-not-mapped"
#include <stdint.h>
#define OWN_INIT
#include "flash.h"
EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash() && *(volatile uint32_t *)0x90000010 != 1;
}
#include "sound.h"
