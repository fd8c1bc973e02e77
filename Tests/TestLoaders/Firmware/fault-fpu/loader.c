// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Computes with the floating-point unit, which nobody has switched on in the vendor's tool.
#define NAME "fault-fpu"
#define BEFORE_INIT __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
#include "sound.h"
