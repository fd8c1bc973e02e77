// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Named otherwise than its file.
#define NAME "W25Q128"
#include "sound.h"
