// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// In the style of the vendor's template with its HAL: PLL and voltage scaling, an own vector table with a SysTick interrupt
// that counts milliseconds, time-outs from that count, flags polled one by one, memory-mapped mode left by Init.
#include "flash.h"

STORAGE_INFO(".Dev_info", "vendor-template", 3, 256, 0x10000);

extern uint8_t bss_start[], bss_end[];
static volatile uint32_t tick;
static struct { uint32_t state, error; float megahertz; } handle;

static void default_handler(void) { for (;;) {} }
static void systick_handler(void) { tick++; }

typedef void (*handler)(void);
__attribute__((used, section(".isr_vector"))) static const handler vectors[16] = {
    (handler)0x24080000, default_handler, default_handler, default_handler, default_handler, default_handler,
    default_handler,     0,               0,               0,               0,               default_handler,
    default_handler,     0,               default_handler, systick_handler,
};

static void interrupts_on(void) { __asm volatile("cpsie i" ::: "memory"); }
static void interrupts_off(void) { __asm volatile("cpsid i" ::: "memory"); }

static int wait_register(uint32_t address, uint32_t mask, uint32_t value, uint32_t milliseconds) {
    uint32_t start = tick;
    while ((REG(address) & mask) != value)
        if (tick - start > milliseconds) return 0;
    return 1;
}
static void delay(uint32_t milliseconds) {
    uint32_t start = tick;
    while (tick - start < milliseconds + 1) {}
}
static void start_tick(uint32_t hertz) {
    REG(0xE000E014) = hertz / 1000 - 1;
    REG(0xE000E018) = 0;
    *(volatile uint8_t *)0xE000ED23 = 15 << 4;
    REG(0xE000E010) = 7;
}

/// 400 MHz from HSI through PLL1, voltage scale 1, bus at 200 MHz.
static int configure_clock(void) {
    REG(0x580244F4) |= 1 << 1;                                   // SYSCFG
    REG(0x5802480C) = (REG(0x5802480C) & ~7u) | 4;               // PWR CR3: direct SMPS
    if (!wait_register(0x58024804, 1 << 13, 1 << 13, 1000)) return 0;
    REG(0x58024818) |= 3 << 14;                                  // D3CR: scale 1
    if (!wait_register(0x58024818, 1 << 13, 1 << 13, 1000)) return 0;
    REG(0x58024400) |= 1;
    if (!wait_register(0x58024400, 1 << 2, 1 << 2, 2)) return 0;
    if ((REG(0x58024410) >> 3 & 7) == 3) {                       // already on the PLL from an earlier Init
        REG(0x58024410) &= ~7u;
        if (!wait_register(0x58024410, 7 << 3, 0, 5000)) return 0;
    }
    REG(0x58024400) &= ~(1u << 24);
    if (!wait_register(0x58024400, 1 << 25, 0, 2)) return 0;
    REG(0x58024428) = 4 << 4;                                    // HSI / 4
    REG(0x58024430) = 1u << 24 | 3 << 16 | 1 << 9 | 49;          // x 50, P 2, Q 4, R 2
    REG(0x5802442C) = 1 << 16 | 1 << 17 | 1 << 18 | 3 << 2;
    REG(0x58024400) |= 1u << 24;
    if (!wait_register(0x58024400, 1 << 25, 1 << 25, 2)) return 0;
    REG(0x52002000) = 2 << 4 | 4;                                // flash latency
    if (!wait_register(0x52002000, 15, 4, 2)) return 0;
    REG(0x58024418) = 1 << 6 | 8;                                // HPRE / 2, APB3 / 2
    REG(0x58024410) |= 3;
    if (!wait_register(0x58024410, 7 << 3, 3 << 3, 5000)) return 0;
    handle.megahertz = (float)(64 / 4 * 50 / 2);
    start_tick((uint32_t)(handle.megahertz * 1e6f));
    return handle.megahertz > 399.0f;
}

static int enter_map(void) {
    if (!idle()) return 0;
    map();
    return 1;
}

EXPORT int Init(void) {
    for (uint8_t *byte = bss_start; byte < bss_end; byte++) *byte = 0;
    REG(0xE000EDF0) = 0xA05F0000;                                // DHCSR, as the template does for interrupts
    REG(0xE000ED88) |= 15 << 20;                                 // FPU
    __asm volatile("dsb\n isb");
    REG(0xE000ED08) = (uint32_t)vectors;
    interrupts_on();
    start_tick(64000000);
    int result = configure_clock();
    if (result) {
        connect_pins();
        configure(1 << 7);
        QUADSPI->CR = (QUADSPI->CR & 0x00FFFFFF) | 3u << 24;     // 50 MHz
        delay(2);
        result = open_flash() && enter_map();
    }
    interrupts_off();
    return result;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    interrupts_on();
    int result = program(address, size, buffer);
    interrupts_off();
    return result;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    interrupts_on();
    int result = erase_blocks(first, last);
    interrupts_off();
    return result;
}
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    interrupts_on();
    int result = idle() && command(0x06) && command(0xC7);
    // The HAL's default time-out of five seconds, far too short for this chip.
    uint32_t start = tick, status = 1;
    while (result && (status & 1) && tick - start < 5000) result = read_register(0x05, 1, &status);
    if (status & 1) result = 0;
    interrupts_off();
    return result;
}
EXPORT uint32_t CheckSum(uint32_t start, uint32_t size, uint32_t sum) {
    for (const volatile uint8_t *byte = (const volatile uint8_t *)start; size; size--) sum += *byte++;
    return sum;
}
EXPORT uint64_t Verify(uint32_t address, const uint8_t *buffer, uint32_t words, uint32_t misalignment) {
    interrupts_on();
    uint32_t size = words * 4, different = 0;
    uint64_t sum = CheckSum(address + (misalignment & 15), size - (misalignment >> 16 & 15), 0);
    for (uint32_t i = 0; i < size && !different; i++)
        if (((const volatile uint8_t *)address)[i] != buffer[i]) different = address + i;
    interrupts_off();
    return sum << 32 | different;
}
