// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Init does nothing, and Read counts on the pins that Write and SectorErase set up.
#define NAME "lazy-write"
#define OWN_INIT
#include "flash.h"
static int set_up(void) {
    connect_pins();
    configure(1 << 7);
    return open_flash();
}
EXPORT int Init(void) { return 1; }
#define BEFORE_WRITE if (!set_up()) return 0;
#define BEFORE_ERASE if (!set_up()) return 0;
#include "sound.h"
