// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Without Read and MassErase: what Init leaves mapped is read, and sectors are all that is erased.
#define NAME "sound-mapped"
#define KIND 3
#define WITHOUT_READ
#define WITHOUT_MASS_ERASE
#define OWN_INIT
#include "sound.h"
EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    if (!open_flash()) return 0;
    map();
    return 1;
}
