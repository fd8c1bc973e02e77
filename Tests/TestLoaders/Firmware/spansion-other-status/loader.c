// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Another maker's flag status register is polled: an S25FL256S has none, and nobody drives the line, which reads as ready.
#define STATUS 0x70
#define READY_MASK 0x80
#define READY 0x80
#include "spansion_hal.h"
