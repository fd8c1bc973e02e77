// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// MT25QL512AB in the style of a HAL, all on four lines.
#define PROTOCOL LINES_4
#define DUMMY 10
#define ENABLE_BEFORE_B7 1
#include "micron_hal.h"
