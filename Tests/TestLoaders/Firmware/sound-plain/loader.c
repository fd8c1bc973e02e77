// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Nothing is wrong with it.
#define NAME "sound-plain"
#include "sound.h"
