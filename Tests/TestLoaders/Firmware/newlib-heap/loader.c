// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// With a heap as newlib's: _sbrk takes memory from the end of .bss on and compares with nothing but the stack pointer. Write
// works with tens of KiB of it, as printf and its buffers do; MassErase allocates in a loop that does not end.
#include "flash.h"

STORAGE_INFO(".info", "newlib-heap", 7, 256, 0x10000);

extern uint8_t end;
static uint8_t *heap_end;
static uint8_t *blocks[10];
enum { BLOCK = 4096 };

NOINLINE void *_sbrk(int32_t increment) {
    if (heap_end == 0) heap_end = &end;
    uint8_t *before = heap_end;
    uint32_t stack_pointer;
    __asm("mov %0, sp" : "=r"(stack_pointer));
    if ((uint32_t)heap_end + (uint32_t)increment > stack_pointer) return (void *)-1;
    heap_end += increment;
    return before;
}
NOINLINE static uint8_t *allocate(uint32_t size, uint8_t value) {
    uint8_t *block = _sbrk((int32_t)size);
    if (block == (void *)-1) return 0;
    for (uint32_t i = 0; i < size; i++) *(volatile uint8_t *)(block + i) = value;
    return block;
}
static int is_whole(const uint8_t *block, uint8_t value) {
    for (uint32_t i = 0; i < BLOCK; i++)
        if (block[i] != value) return 0;
    return 1;
}

EXPORT int Init(void) {
    connect_pins();
    configure(1 << 7);
    for (uint32_t i = 0; i < 10; i++)
        if (!blocks[i] && !(blocks[i] = allocate(BLOCK, (uint8_t)(0xB0 + i)))) return 0;
    return open_flash();
}
/// Through the heap, and not if anybody else has written there.
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    for (uint32_t i = 1; i < 10; i++)
        if (!is_whole(blocks[i], (uint8_t)(0xB0 + i))) return 0;
    while (size) {
        uint32_t count = size < BLOCK ? size : BLOCK;
        for (uint32_t i = 0; i < count; i++) blocks[0][i] = buffer[i];
        if (!program(address, count, blocks[0])) return 0;
        address += count;
        buffer += count;
        size -= count;
    }
    return 1;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) { return erase_blocks(first, last); }
EXPORT int Read(uint32_t address, uint32_t size, uint8_t *buffer) {
    return read_indirect(0x0B, 8, 1, address, size, buffer);
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    while (allocate(1000, 0xEE)) {}
    return 0;
}
