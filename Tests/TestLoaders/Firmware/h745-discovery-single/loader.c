// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// STM32H745I-DISCO, wrongly: the die on bank 1 alone.
#define NAME "h745-discovery-single"
#define DUAL 0
#define CLOCK_PORT 5
#define CLOCK_PIN 10
#include "discovery_micron.h"
