// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// No Read, and a type that is not read like memory.
#define NAME "broken-no-read"
#define WITHOUT_READ
#include "sound.h"
