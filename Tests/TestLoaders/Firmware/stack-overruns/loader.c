// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Each function leaves its stack in another way.
#include "flash.h"

STORAGE_INFO(".info", "stack-overruns", 7, 256, 0x10000);

#pragma clang diagnostic ignored "-Winfinite-recursion"

/// As GCC at -O2 compiles a memset that is written as a loop: the loop becomes a call of memset.
NOINLINE void *memset(void *bytes, int value, uint32_t count) {
    memset(bytes, value, count);
    __asm volatile("");
    return bytes;
}
static struct { uint32_t state, error, rest[30]; } handle;

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    memset(&handle, 0, sizeof handle);
    return open_flash() && handle.error == 0;
}

/// 100 KiB of locals: the stack pointer passes the guard at one step.
NOINLINE static uint32_t table(uint32_t seed) {
    volatile uint8_t entries[100 * 1024];
    for (uint32_t i = 0; i < sizeof entries; i++) entries[i] = (uint8_t)(seed += i);
    return entries[seed & 0xFFFF];
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    return table(size) == 0 && program(address, size, buffer);
}

/// Two functions that call each other without end.
NOINLINE static uint32_t visit_block(uint32_t address, uint32_t last);
NOINLINE static uint32_t visit_sector(uint32_t address, uint32_t last) {
    volatile uint32_t local[5];
    local[0] = visit_block(address, last);
    return local[0] + 1;
}
NOINLINE static uint32_t visit_block(uint32_t address, uint32_t last) {
    volatile uint32_t local[9];
    local[0] = visit_sector(address & ~0xFFFu, last);
    return local[0] + address;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) { return visit_sector(first, last) != 0; }

/// Writes up from an array on the stack until something stops it.
NOINLINE static void overrun(volatile uint32_t *array, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) array[i] = 0x4C4C4C4C;
}
EXPORT int MassErase(uint32_t parallelism) {
    volatile uint32_t array[16];
    overrun(array, 0x10000 + parallelism);
    return (int)array[0];
}

/// A pointer that was never set, and happens to lie below the stack.
NOINLINE static void store(volatile uint32_t *pointer) { *pointer = 0x57A57A57; }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    uint32_t stack_pointer;
    __asm("mov %0, sp" : "=r"(stack_pointer));
    store((uint32_t *)((stack_pointer & ~0x7FFFu) - 0x1234));
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
