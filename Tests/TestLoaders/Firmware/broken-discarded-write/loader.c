// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Write was dropped by the linker.
#define NAME "broken-discarded-write"
#define DISCARDED_WRITE
#include "sound.h"
