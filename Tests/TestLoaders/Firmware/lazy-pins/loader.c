// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Init sets the controller up, and leaves the pins to Write and SectorErase.
#define NAME "lazy-pins"
#define OWN_INIT
#include "flash.h"
EXPORT int Init(void) {
    configure(1 << 7);
    return 1;
}
static int set_up(void) {
    connect_pins();
    return idle() && open_flash();
}
#define BEFORE_WRITE if (!set_up()) return 0;
#define BEFORE_ERASE if (!set_up()) return 0;
#include "sound.h"
