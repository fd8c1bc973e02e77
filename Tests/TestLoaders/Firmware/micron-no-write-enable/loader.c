// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// An MT25QL512AB is told to take four bytes of address without the write enable that it needs for that.
#define PROTOCOL LINES_1
#define DUMMY 10
#define ENABLE_BEFORE_B7 0
#include "micron_hal.h"
