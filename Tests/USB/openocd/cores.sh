# Sourced by the OpenOCD suites: everything that is asked about a core, and whole sessions that reach both.
source "$(dirname "${BASH_SOURCE[0]}")/session.sh"

"$tools/clang" --target=armv7em-none-eabi -mcpu=cortex-m4 -c "$scripts/checksum.s" -o checksum.o
"$tools/llvm-objcopy" -O binary --only-section=.text checksum.o checksum.bin
end=$("$tools/llvm-nm" checksum.o | awk '$3 == "checksum_end" { print "0x" $1 }')
random_bytes data 65536
# A second opinion on what the function must find.
sum=$(od -An -v -tu1 -w1 -N 1000 data | awk '{ s = (s * 31 + $1) % 4294967296 } END { printf "0x%08x", s }')

# Core, where its code goes, where its data goes.
core_checks() {
    cat <<TCL
check_memory $1 $work/data $3 65536
load_image $work/checksum.bin $2 bin
check_registers $1 $2
check_function $1 $2 [expr {$2 + $end}] $3 1000 $sum
TCL
}
both="stm32h7x.cpu0 stm32h7x.cpu1"

# OpenOCD drives the debug port itself and reaches both. The M4's breakpoints reach no further than 0x1FFFFFFF, so its
# code goes where SRAM1 shows a second time.
two_cores() { # name, probe, interface, transport
    session "$1" "$2,app=m4-busy" "$3" "$4" \
        "init; check_ports; check_targets {$both} running" \
        "check_identity stm32h7x.cpu0 0x411fc271; check_identity stm32h7x.cpu1 0x410fc241" \
        "halt_all {$both}; check_targets {$both} halted" \
        "$(core_checks stm32h7x.cpu0 0x24010000 0x24000000)" \
        "$(core_checks stm32h7x.cpu1 0x10010000 0x30000000)" \
        "check_reset {stm32h7x.cpu0 0x08000000 stm32h7x.cpu1 0x08100000}; check_targets {$both} halted"
    expect_log 'stm32h7x\.cpu0\] halted due to breakpoint'
    expect_log 'stm32h7x\.cpu1\] halted due to breakpoint'
    expect_same "64 KiB through AXI SRAM" data.stm32h7x.cpu0 data
    expect_same "64 KiB through SRAM1" data.stm32h7x.cpu1 data
}
