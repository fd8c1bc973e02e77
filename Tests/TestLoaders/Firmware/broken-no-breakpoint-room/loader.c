// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Linked to the first byte of the RAM.
#define NAME "broken-no-breakpoint-room"
#include "sound.h"
