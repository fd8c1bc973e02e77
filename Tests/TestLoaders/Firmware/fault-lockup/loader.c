// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Faults where no fault can be taken.
#define NAME "fault-lockup"
#define BEFORE_INIT __asm volatile("cpsid f; udf 1");
#include "sound.h"
