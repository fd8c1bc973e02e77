/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright the extflash authors */

/* Instructions that no language has a word for. */
#pragma once

/* Sleeps until an interrupt is pending, whether it is masked or not. */
static inline void wait_for_interrupt(void) { __asm volatile("wfi" ::: "memory"); }

/* Everything written before is visible to others before anything written behind it. */
static inline void data_memory_barrier(void) { __asm volatile("dmb" ::: "memory"); }

/* Where the linker script's BoardTable is, counted from here: right wherever the program was moved to. */
static inline unsigned int board_table(void) {
    unsigned int address;
    __asm("movw %0, :lower16:(BoardTable - (.Lboard_table%= + 4))\n\t"
          "movt %0, :upper16:(BoardTable - (.Lboard_table%= + 4))\n"
          ".Lboard_table%=:\n\t"
          "add %0, pc"
          : "=r"(address));
    return address;
}
