// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MT25QL512AB in the DTR protocol (EVCR bit 5): address and data of every instruction go on both edges of the clock, opcodes on
// one line.
#define DTR_PROTOCOL 1
#define PROTOCOL LINES_1
#define DUMMY 8
#define ENABLE_BEFORE_B7 1
#include "micron_hal.h"
