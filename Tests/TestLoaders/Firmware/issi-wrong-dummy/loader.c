// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The read parameters of an IS25LP256D say ten clocks, the controller waits for eight.
#define CLOCKS 10
#include "issi_hal.h"
