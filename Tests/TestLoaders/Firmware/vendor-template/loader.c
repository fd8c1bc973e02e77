// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// In the style of the vendor's template with its HAL: everything set up from reset values again at each Init, an own vector
// table with a SysTick interrupt that counts milliseconds, time-outs from that count, PLL and voltage scaling, a handle with
// state and error, one flag polled at a time, memory-mapped mode left by Init.
#include "flash.h"

STORAGE_INFO(".Dev_info", "vendor-template", 3, 256, 0x10000);

extern uint8_t bss_start[], bss_end[];

// .data, which stays as an earlier Init left it.
static uint32_t core_clock = 64000000;
static uint32_t tick_step = 1;
static uint8_t tick_priority = 15;
// .bss
static volatile uint32_t tick;
static volatile float seconds;
static struct { volatile uint32_t state, error; uint32_t timeout; } handle;

enum { READY = 1, BUSY = 2, FAILED = 4, TIMEOUT = 1, DEFAULT_TIMEOUT = 5000 };

// MARK: Interrupts and time

static void default_handler(void) { for (;;) {} }
/// Its floating point makes the core save the interrupted code's registers.
static void systick_handler(void) {
    tick += tick_step;
    seconds += 0.001f;
}

typedef void (*vector)(void);
__attribute__((used, section(".isr_vector"))) static const vector vectors[16] = {
    (vector)0x24080000, default_handler, default_handler, default_handler, default_handler, default_handler,
    default_handler,    0,               0,               0,               0,               default_handler,
    default_handler,    0,               default_handler, systick_handler,
};

static void interrupts_on(void) { __asm volatile("cpsie i" ::: "memory"); }
static void interrupts_off(void) { __asm volatile("cpsid i" ::: "memory"); }

static int start_tick(void) {
    if (core_clock / 1000 > 0x1000000) return 0;
    REG(0xE000E014) = core_clock / 1000 - 1;
    *(volatile uint8_t *)0xE000ED23 = (uint8_t)(tick_priority << 4);
    REG(0xE000E018) = 0;
    REG(0xE000E010) = 7;
    return 1;
}
/// One tick longer than asked, to be at least that long; meanwhile the FPU is in use.
NOINLINE static float delay(uint32_t milliseconds) {
    uint32_t start = tick;
    float rounds = 0;
    while (tick - start < milliseconds + tick_step) rounds = rounds * 0.5f + 1.0f;
    return rounds;
}
static int wait_register(uint32_t address, uint32_t mask, uint32_t value, uint32_t milliseconds) {
    uint32_t start = tick;
    while ((REG(address) & mask) != value)
        if (tick - start > milliseconds) return 0;
    return 1;
}

// MARK: System and clocks

/// What a start-up file's SystemInit does: FPU, clock registers at their reset values, vector table.
static void reset_system(void) {
    REG(0xE000ED88) |= 15 << 20;
    __asm volatile("dsb\n isb");
    if ((REG(0x52002000) & 15) < 7) REG(0x52002000) = (REG(0x52002000) & ~15u) | 7;
    REG(0x58024400) |= 1;
    REG(0x58024410) = 0;
    while (REG(0x58024410) & 0x38) {}
    REG(0x58024400) &= 0xEAF6ED7F;
    REG(0x58024418) = 0;
    REG(0x5802441C) = 0;
    REG(0x58024420) = 0;
    REG(0x58024428) = 0x02020200;
    REG(0x5802442C) = 0x01FF0000;
    for (uint32_t pll = 0; pll < 3; pll++) {
        REG(0x58024430 + 8 * pll) = 0x01010280;
        REG(0x58024434 + 8 * pll) = 0;
    }
    REG(0x58024400) &= 0xFFFBFFFF;
    REG(0x58024460) = 0;
    REG(0x52004000) = 0x000030D2;
    REG(0xE000ED08) = (uint32_t)vectors;
    core_clock = 64000000;
}

/// Direct SMPS. The choice can be made once; after that it can only be compared.
static int configure_supply(void) {
    if ((REG(0x5802480C) & 7) != 6) return (REG(0x5802480C) & 7) == 4;
    REG(0x5802480C) = (REG(0x5802480C) & ~7u) | 4;
    return wait_register(0x58024804, 1 << 13, 1 << 13, 1000);
}
static void scale_voltage(void) {
    REG(0x58024818) = (REG(0x58024818) & ~(3u << 14)) | 3u << 14;
    (void)REG(0x58024818);
    while (!(REG(0x58024818) & 1 << 13)) {}
}

/// PLL1 from HSI: 64 MHz / 4 x 50 / 2.
static int start_oscillators(void) {
    if (!wait_register(0x58024400, 1 << 2, 1 << 2, 2)) return 0;
    REG(0x58024400) &= ~(1u << 24);
    if (!wait_register(0x58024400, 1 << 25, 0, 2)) return 0;
    REG(0x58024428) = (REG(0x58024428) & ~0x3F3u) | 4 << 4;
    REG(0x58024430) = 1u << 24 | 3 << 16 | 1 << 9 | 49;
    REG(0x5802442C) &= ~1u;
    REG(0x58024434) = 0;
    REG(0x5802442C) = (REG(0x5802442C) & ~0xEu) | 3 << 2 | 1 << 16 | 1 << 17 | 1 << 18 | 1;
    REG(0x58024400) |= 1u << 24;
    return wait_register(0x58024400, 1 << 25, 1 << 25, 2);
}
/// Core at 400 MHz, bus at 200 MHz: prescalers before the switch, wait states before the frequency.
static int switch_clocks(void) {
    if ((REG(0x52002000) & 15) < 4) {
        REG(0x52002000) = (REG(0x52002000) & ~15u) | 4;
        if (!wait_register(0x52002000, 15, 4, 2)) return 0;
    }
    REG(0x58024418) = (REG(0x58024418) & ~0x70u) | 4 << 4;
    REG(0x5802441C) = (REG(0x5802441C) & ~0x770u) | 4 << 4 | 4 << 8;
    REG(0x58024420) = (REG(0x58024420) & ~0x70u) | 4 << 4;
    REG(0x58024418) = (REG(0x58024418) & ~0xFu) | 8;
    REG(0x58024410) |= 3;
    if (!wait_register(0x58024410, 7 << 3, 3 << 3, DEFAULT_TIMEOUT)) return 0;
    float megahertz = 64.0f / (float)(REG(0x58024428) >> 4 & 63) * (float)((REG(0x58024430) & 511) + 1) / 2.0f;
    core_clock = (uint32_t)(megahertz * 1e6f);
    return start_tick() && core_clock == 400000000;
}

// MARK: QUADSPI

/// One flag, with a time-out that is noted in the handle.
static int wait_flag(uint32_t mask, uint32_t value, uint32_t start) {
    while ((QUADSPI->SR & mask) != value) {
        if (tick - start > handle.timeout) {
            handle.state = FAILED;
            handle.error |= TIMEOUT;
            return 0;
        }
    }
    return 1;
}
static int begin(void) {
    if (handle.state != READY) return 0;
    handle.error = 0;
    handle.state = BUSY;
    return wait_flag(SR_BUSY, 0, tick);
}
static int end(void) {
    handle.state = READY;
    return 1;
}
static int quadspi_init(void) {
    REG(0x580244D4) |= 1u << 14;
    (void)REG(0x580244D4);
    REG(0x5802447C) |= 1u << 14;
    REG(0x5802447C) &= ~(1u << 14);
    handle.timeout = DEFAULT_TIMEOUT;
    QUADSPI->CR = (QUADSPI->CR & ~0x1F00u) | 3 << 8;
    if (!wait_flag(SR_BUSY, 0, tick)) return 0;
    QUADSPI->CR = (QUADSPI->CR & 0x00FFFF2F) | 3u << 24 | 1 << 4 | 1 << 7;
    QUADSPI->DCR = 23 << 16 | 5 << 8;
    QUADSPI->CR |= 1;
    handle.error = 0;
    return end();
}
/// A command; with data it goes on with `receive` or `transmit`.
static int send(uint32_t communication, uint32_t address, uint32_t count) {
    if (!begin()) return 0;
    if (count) QUADSPI->DLR = count - 1;
    QUADSPI->CCR = communication;
    if (communication & 3 << 10) QUADSPI->AR = address;
    if (!count) {
        if (!wait_flag(SR_TC, SR_TC, tick)) return 0;
        QUADSPI->FCR = SR_TC;
    }
    return end();
}
static int close_transfer(uint32_t start) {
    if (!wait_flag(SR_TC, SR_TC, start)) return 0;
    QUADSPI->FCR = SR_TC;
    QUADSPI->CR |= 2;
    if (!wait_flag(2, 0, start)) return 0;
    return end();
}
static int receive(uint8_t *bytes) {
    uint32_t start = tick, left = QUADSPI->DLR + 1, address = QUADSPI->AR;
    if (handle.state != READY) return 0;
    handle.state = BUSY;
    QUADSPI->CCR = (QUADSPI->CCR & ~(3u << 26)) | 1 << 26;
    if (QUADSPI->CCR & 3 << 10) QUADSPI->AR = address;
    for (; left; left--) {
        while (!(QUADSPI->SR & (SR_FT | SR_TC)))
            if (tick - start > handle.timeout) return 0;
        *bytes++ = *(volatile uint8_t *)&QUADSPI->DR;
    }
    return close_transfer(start);
}
static int transmit(const uint8_t *bytes) {
    uint32_t start = tick, left = QUADSPI->DLR + 1;
    if (handle.state != READY) return 0;
    handle.state = BUSY;
    QUADSPI->CCR &= ~(3u << 26);
    for (; left; left--) {
        if (!wait_flag(SR_FT, SR_FT, start)) return 0;
        *(volatile uint8_t *)&QUADSPI->DR = *bytes++;
    }
    return close_transfer(start);
}
/// Waits for bits of status register 1.
static int poll_status(uint32_t mask, uint32_t match, uint32_t milliseconds) {
    uint32_t start = tick;
    if (!begin()) return 0;
    QUADSPI->PSMAR = match;
    QUADSPI->PSMKR = mask;
    QUADSPI->PIR = 16;
    QUADSPI->CR = (QUADSPI->CR & ~(1u << 23)) | 1 << 22;
    QUADSPI->DLR = 0;
    QUADSPI->CCR = 2 << 26 | 1 << 24 | 1 << 8 | 0x05;
    handle.timeout = milliseconds;
    int matched = wait_flag(SR_SM, SR_SM, start);
    handle.timeout = DEFAULT_TIMEOUT;
    if (!matched) return 0;
    QUADSPI->FCR = SR_SM;
    return end();
}

// MARK: Flash

static int write_enable(void) { return send(1 << 8 | 0x06, 0, 0) && poll_status(2, 2, DEFAULT_TIMEOUT); }
static int ready_within(uint32_t milliseconds) { return poll_status(1, 0, milliseconds); }
static int status_register(uint32_t code, uint8_t *value) {
    return send(1 << 24 | 1 << 8 | code, 0, 1) && receive(value);
}
static int reset_flash(void) {
    if (!send(1 << 8 | 0x66, 0, 0) || !send(1 << 8 | 0x99, 0, 0)) return 0;
    return delay(1) > 0.0f && ready_within(DEFAULT_TIMEOUT);
}
static int check_identity(void) {
    uint8_t id[3];
    return send(1 << 24 | 1 << 8 | 0x9F, 0, 3) && receive(id) && id[0] == 0xEF && id[2] == 0x18;
}
static int enable_quad(void) {
    uint8_t status;
    if (!status_register(0x35, &status)) return 0;
    if (status & 2) return 1;
    status |= 2;
    if (!write_enable() || !send(1 << 24 | 1 << 8 | 0x31, 0, 1) || !transmit(&status)) return 0;
    return ready_within(DEFAULT_TIMEOUT) && status_register(0x35, &status) && (status & 2);
}
static int enter_map(void) {
    if (!begin()) return 0;
    QUADSPI->CR &= ~8u;
    QUADSPI->ABR = 0xFF;
    QUADSPI->CCR = 3u << 26 | 3 << 24 | 4 << 18 | 3 << 14 | 2 << 12 | 3 << 10 | 1 << 8 | 0xEB;
    return 1;
}
/// Mapped mode is left by an abort, and the handle is good again.
static int leave_map(void) {
    if (QUADSPI->SR & SR_BUSY) {
        QUADSPI->CR |= 2;
        if (!wait_flag(SR_TC, SR_TC, tick)) return 0;
        QUADSPI->FCR = SR_TC;
        if (!wait_flag(SR_BUSY, 0, tick)) return 0;
        QUADSPI->CCR &= ~(3u << 26);
    }
    return end();
}
static int open(void) { return quadspi_init() && reset_flash() && check_identity() && enable_quad() && enter_map(); }

// MARK: The loader's interface

static int initialize(void) {
    if (!start_tick() || !configure_supply()) return 0;
    scale_voltage();
    if (!start_oscillators() || !switch_clocks()) return 0;
    connect_pins();
    return open();
}
EXPORT int Init(void) {
    reset_system();
    for (uint8_t *byte = bss_start; byte < bss_end; byte++) *byte = 0;
    REG(0xE000EDF0) = 0xA05F0000;                                // DHCSR, as the template does for interrupts
    REG(0xE000ED0C) = 0x05FA0300;                                // priority grouping
    REG(0x580244F4) |= 1 << 1;                                   // SYSCFG
    interrupts_on();
    int result = initialize();
    interrupts_off();
    return result;
}

static int write_pages(uint32_t address, uint32_t size, const uint8_t *bytes) {
    if (!leave_map()) return 0;
    while (size) {
        uint32_t room = 256 - address % 256, count = size < room ? size : room;
        if (!write_enable() || !send(3 << 24 | 2 << 12 | 1 << 10 | 1 << 8 | 0x32, address, count)) return 0;
        if (!transmit(bytes) || !ready_within(DEFAULT_TIMEOUT)) return 0;
        address += count;
        bytes += count;
        size -= count;
    }
    return 1;
}
EXPORT int Write(uint32_t address, uint32_t size, const uint8_t *buffer) {
    interrupts_on();
    int result = write_pages(address & 0x0FFFFFFF, size, buffer);
    interrupts_off();
    return result;
}
EXPORT int SectorErase(uint32_t first, uint32_t last) {
    interrupts_on();
    int result = leave_map();
    last &= 0x0FFFFFFF;
    for (uint32_t block = first & 0x0FFF0000; result && last >= block; block += 0x10000)
        result = write_enable() && send(2 << 12 | 1 << 10 | 1 << 8 | 0xD8, block, 0) && ready_within(DEFAULT_TIMEOUT);
    interrupts_off();
    return result;
}
/// With the HAL's default time-out, far too short for this.
EXPORT int MassErase(uint32_t parallelism) {
    (void)parallelism;
    interrupts_on();
    int result = leave_map() && write_enable() && send(1 << 8 | 0xC7, 0, 0) && ready_within(DEFAULT_TIMEOUT);
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
