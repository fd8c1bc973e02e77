#!/usr/bin/env bash
# pyOCD attaches to both cores, reads and writes memory, halts, steps, resets, runs a function of ours in RAM, and programs the
# flash by an algorithm that extflash has made.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

environment=$("$here/../Tools/python-program.sh" pyocd) || skip "$environment"

# Nobody's settings but ours.
pyocd() { on_bus "$1" env HOME="$work" "$environment/bin/pyocd" "${@:2}"; }
cd "$work"
random_bytes axi 65536 1
random_bytes tcm 65536 90001

# Sums 100, 99, … 1: MOVS R0, #0; ADDS R0, R0, R1; SUBS R1, #1; BNE .-4; NOP; B .
cat >commands <<'END'
status
reset halt
status
reg pc sp lr
halt
write32 0x24000000 0x11223344 0x55667788
write8 0x24000001 0xab
write16 0x24000006 0xcdef
read8 0x24000000 8
read16 0x24000000 8
read32 0x24000000 8
write8 0x20000003 1 2 3 4 5 6 7 8 9
read8 0x20000003 9
loadmem 0x24010000 axi
savemem 0x24010000 65536 axi.back
loadmem 0x20000000 tcm
savemem 0x20000000 65536 tcm.back
write32 0x24000100 0x18402000 0xd1fc3901 0xe7febf00
wreg r1 100
wreg pc 0x24000100
wreg xpsr 0x01000000
reg pc r1 xpsr
step
reg pc r0 xpsr
break 0x24000108
continue
sleep 200
status
reg pc r0 r1 xpsr
rmbreak 0x24000108
continue
status
halt
status
reg pc
read32 0xe000ed00
core 1
halt
status
read32 0xe000ed00
core 0
reset halt
status
END

# The log's next line that holds a text; lines are consumed in order, so what came when is checked too.
line=0
expect_next() { # what, expected part of the line
    local found
    found=$(tail -n +$((line + 1)) log | grep -nF -m 1 -- "$2") || fail "$1: no line after the $line. has '$2'"
    line=$((line + ${found%%:*}))
    ok "$1: $2"
}

# Probe, what pyOCD calls it, its serial number.
drive() {
    local probe=$1
    printf '\n%s\n' "$probe"
    pyocd "$probe" list || fail "pyocd list"
    line=0
    grep -qF "$3" log || fail "pyocd list has no $3"
    expect_equal "pyocd list" "$(sed -n "s/^ *0  *\(.*[^ ]\)  *$3 .*/\1/p" log)" "$2"

    rm -f ./*.back
    # Target cortex_m: whatever pyOCD finds by looking.
    pyocd "$probe" cmd --script "$here/pyocd_h745.py" --target cortex_m --connect attach -x commands ||
        fail "pyocd cmd"
    expect_next "the M7 runs into its blank flash" "Core 0 (None):  Lockup"
    expect_next "and so does the M4" "Core 1 (None):  Lockup"
    expect_next "reset halt" "Successfully halted device on reset"
    expect_next "the M7" "Core 0 (None):  Halted"
    expect_next "the M4" "Core 1 (None):  Lockup"
    expect_next "PC from the blank vector" "pc = 0xfffffffe"
    expect_next "SP from the blank vector" "sp = 0xfffffffc"
    expect_next "LR as reset leaves it" "lr = 0xffffffff"
    expect_next "bytes" "24000000:  44 ab 22 11  88 77 ef cd"
    expect_next "halfwords" "24000000:  ab44 1122 7788 cdef"
    expect_next "words" "24000000:  1122ab44 cdef7788"
    expect_next "bytes, not aligned, in DTCM" "20000003:  01 02 03 04  05 06 07 08  09"
    expect_same "AXI SRAM" axi.back axi
    expect_same "DTCM" tcm.back tcm
    expect_next "PC as written" "pc = 0x24000100"
    expect_next "R1 as written" "r1 = 0x00000064"
    expect_next "xPSR as written" "xpsr = 0x01000000"
    expect_next "PC after a step" "pc = 0x24000102"
    expect_next "R0 after MOVS R0, #0" "r0 = 0x00000000"
    expect_next "xPSR with Z" "xpsr = 0x41000000"
    expect_next "the breakpoint" "Set breakpoint at 0x24000108"
    expect_next "the breakpoint stops the M7" "Core 0 (None):  Halted"
    expect_next "where it stops" "pc = 0x24000108"
    expect_next "the function's result" "r0 = 0x000013ba (5050)"
    expect_next "its counter" "r1 = 0x00000000"
    expect_next "xPSR with Z and C" "xpsr = 0x61000000"
    expect_next "continue" "Core 0 (None):  Running"
    expect_next "halt" "Core 0 (None):  Halted"
    expect_next "in its endless loop" "pc = 0x2400010a"
    expect_next "CPUID of the M7" "e000ed00:  411fc271"
    expect_next "the other core" "Selected core 1 (None) (AHB-AP#3)"
    expect_next "halt" "Core 1 (None):  Halted"
    expect_next "CPUID of the M4" "e000ed00:  410fc241"
    expect_next "reset halt" "Successfully halted device on reset"
    expect_next "the M7" "Core 0 (None):  Halted"
}

drive stlink-v2-1 "STM32 STLink" 066AFF505283898767182431
drive stlink-v3 "STLINK-V3" 004E00393137510D39383538
drive cmsis-dap-v1 "ARM CMSIS-DAP v1" E6614103E7000001
drive cmsis-dap-v2 "ARM MCU-Link CMSIS-DAP" A1B2C3D4E5F60718

# A CMSIS algorithm that is made from the board's file: pyOCD moves it into RAM and calls it; what the board holds then tells.
"$extflash" loader export stm32h745xi-w25q128 -o made.FLM >/dev/null
random_bytes image.bin 100000 7
program_flash() { # probe
    printf '\n%s, by a made algorithm\n' "$1"
    rm -rf state && mkdir state
    FLASH_ALGORITHM=$work/made.FLM pyocd "$1,state=$work/state" load --target cortex_m \
        --script "$here/pyocd_h745.py" --base-address 0x90000000 --format bin image.bin || fail "pyocd load"
    line=0
    expect_next "programmed" "programmed 102400 bytes (25 pages)"
    on_bus "$1,state=$work/state" "$extflash" verify image.bin --progress none || fail "verify"
    line=0
    expect_next "extflash finds it there" "The flash holds the image: 100000 bytes hashed on the target."
}

program_flash stlink-v3
program_flash cmsis-dap-v2
