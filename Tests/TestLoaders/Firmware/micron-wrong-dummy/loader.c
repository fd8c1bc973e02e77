// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// An MT25QL512AB is set to eight dummy clocks, and read with ten.
#define PROTOCOL LINES_1
#define DUMMY 8
#define ENABLE_BEFORE_B7 1
#include "micron_hal.h"
