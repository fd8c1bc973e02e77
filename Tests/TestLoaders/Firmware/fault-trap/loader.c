// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A check of its own fails.
#define NAME "fault-trap"
#define BEFORE_INIT __asm volatile("udf 7");
#include "sound.h"
