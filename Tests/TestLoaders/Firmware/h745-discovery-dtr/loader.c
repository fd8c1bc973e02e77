// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// STM32H745I-DISCO, both dies as one memory, mapped at double transfer rate: DTR QUAD I/O FAST READ with four bytes of address
// and eight dummy clocks.
#define NAME "h745-discovery-dtr"
#define DUAL 1
#define DOUBLE_RATE 1
#define READ_OPCODE 0xEE
#define READ_DUMMY 8
#define CLOCK_PORT 5
#define CLOCK_PIN 10
#include "discovery_micron.h"
