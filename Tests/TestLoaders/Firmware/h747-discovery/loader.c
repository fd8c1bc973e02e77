// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// STM32H747I-DISCO, both dies as one memory.
#define NAME "h747-discovery"
#define DUAL 1
#define CLOCK_PORT 1
#define CLOCK_PIN 2
#include "discovery_micron.h"
