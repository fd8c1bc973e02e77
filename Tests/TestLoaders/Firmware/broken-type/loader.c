// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A NAND flash by its device type.
#define NAME "broken-type"
#define KIND 2
#include "sound.h"
