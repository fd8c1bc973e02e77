/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright the extflash authors */

/* Instructions that no language has a word for. */
#pragma once

/* Sleeps until an interrupt is pending, whether it is masked or not. */
static inline void wait_for_interrupt(void) { __asm volatile("wfi" ::: "memory"); }

/* Everything written before is visible to others before anything written behind it. */
static inline void data_memory_barrier(void) { __asm volatile("dmb" ::: "memory"); }
