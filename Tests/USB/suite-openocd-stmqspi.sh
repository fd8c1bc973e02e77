#!/usr/bin/env bash
# OpenOCD's own driver for QUADSPI (stmqspi): it finds the W25Q128 on bank 2, erases, programs, verifies and reads 1 MiB by
# code of its own on the core, and what it wrote and what extflash wrote are the same to both.
#
# A log line "Failed to read memory at 0xe0001fbc" belongs to OpenOCD: cortex_m_dwt_setup in its src/target/cortex_m.c reads
# DWT's DEVARCH before the script's examine-end handler clocks the debug components (DBGMCU_CR.D1DBGCKEN), and goes on.
set -euo pipefail
source "$(dirname "$0")/openocd/session.sh"

# Each transfer costs more where the processor is emulated.
size=1048576
[ "$bus" != vm ] || size=262144
last_sector=$((size / 65536 - 1))
random_bytes first.bin $size 1
random_bytes second.bin $size 700000
# The stock target file makes the flash bank when it is asked to.
settings+="; set QUADSPI 1"

head -c 65536 first.bin >start-of-first.bin
head -c 65536 second.bin >start-of-second.bin

# Probe, interface file, transport, bytes that extflash programs before, then further commands for OpenOCD. The flash is kept
# between the programs.
drive() {
    local probe=$1,state=$work/$1
    rm -rf back.bin mapped.bin "$work/$1"
    head -c "$4" first.bin >before.bin
    printf '\n%s: extflash programs\n' "$1"
    on_bus "$probe" "$extflash" program before.bin --progress none || fail "program"
    expect_line "program" "Programmed $4 bytes; $4 bytes hashed on the target and right."

    session "$1: OpenOCD verifies, and programs something else" "$probe" "$2" "$3" \
        "source $scripts/qspi.tcl; init; reset halt; set_up_quadspi" \
        "check_chip" \
        "expect {flash verify_bank of what extflash wrote} [holds before.bin] 1" \
        "check_programming second.bin start-of-first.bin $last_sector" \
        "flash read_bank stm32h7x.qspi back.bin 0 $size" \
        "dump_image mapped.bin 0x90000000 0x10000" \
        "${@:5}"
    expect_log "flash2 'win w25q128fv/jv' id = 0x1840ef size = 16384 KiB"
    expect_same "flash read_bank" back.bin second.bin
    expect_same "through the mapped window" mapped.bin start-of-second.bin

    printf '\n%s: extflash verifies\n' "$1"
    on_bus "$probe" "$extflash" verify second.bin --progress none || fail "verify"
    expect_line "verify" "The flash holds the image: $size bytes hashed on the target."
}
drive stlink-v3 stlink-dap dapdirect_swd $size "check_blank {$(seq -s ' ' 0 $last_sector)}"
drive cmsis-dap-v2 cmsis-dap swd 131072
