// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// STM32H745I-DISCO, both dies as one memory.
#define NAME "h745-discovery"
#define DUAL 1
#define CLOCK_PORT 5
#define CLOCK_PIN 10
#include "discovery_micron.h"
