// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// main sets the controller up, which nobody runs.
#define NAME "broken-main"
#define OWN_INIT
#include "sound.h"

__attribute__((used)) static volatile uint32_t opened;
__attribute__((used, section(".text.entry"))) int main(void) {
    connect_pins();
    configure(1 << 7);
    opened = (uint32_t)open_flash();
    return 0;
}
EXPORT int Init(void) { return opened == 1; }
