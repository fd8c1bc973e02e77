// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Calls through a pointer that nobody sets.
#define NAME "fault-null-call"
static void (*volatile callback)(void);
#define BEFORE_INIT callback();
#include "sound.h"
