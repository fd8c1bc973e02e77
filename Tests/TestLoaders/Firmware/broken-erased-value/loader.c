// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A flash whose erased cells are zeros.
#define NAME "broken-erased-value"
#define ERASED 0x00
#include "sound.h"
