// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Linked to the memory of a controller that nobody has set up.
#define NAME "broken-outside-ram"
#include "sound.h"
