// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// For the RAM at 0x20000004.
#define NAME "sound-dtcm"
#include "sound.h"
