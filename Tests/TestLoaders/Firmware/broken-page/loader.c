// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A page of 3000 bytes.
#define NAME "broken-page"
#define PAGE_SIZE 3000
#include "sound.h"
