// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A flash at the address of an OCTOSPI.
#define NAME "broken-start"
#define START 0x70000000
#include "sound.h"
