#!/usr/bin/env bash
# OpenOCD as Debian ships it, with its stock interface and target files, on every probe it can reach through usbfs.
#
# Not here: interface/cmsis-dap.cfg on cmsis-dap-v1. Debian's OpenOCD is linked with hidapi's hidraw backend, which
# opens /dev/hidrawN and never usbfs; that probe needs a kernel with usbhid (suite-hidraw.sh).
set -euo pipefail
source "$(dirname "$0")/openocd/cores.sh"

one="stm32h7x.cpu0"

# The debugger inside of the probe reaches one core.
for probe in stlink-v2 stlink-v2-1 stlink-v3; do
    session "$probe, interface/stlink.cfg, hla_swd" "$probe,app=m4-busy" stlink hla_swd \
        "init; check_targets {$one} running" \
        "check_identity stm32h7x.cpu0 0x411fc271" \
        "halt_all {$one}; check_targets {$one} halted" \
        "$(core_checks stm32h7x.cpu0 0x24010000 0x24000000)" \
        "check_reset {stm32h7x.cpu0 0x08000000}; check_targets {$one} halted"
    expect_log 'stm32h7x\.cpu0\] halted due to breakpoint'
    expect_same "64 KiB through AXI SRAM" data.stm32h7x.cpu0 data
done

for probe in stlink-v2 stlink-v2-1 stlink-v3; do
    two_cores "$probe, interface/stlink-dap.cfg, dapdirect_swd" "$probe" stlink-dap dapdirect_swd
done
two_cores "cmsis-dap-v2, interface/cmsis-dap.cfg, swd" cmsis-dap-v2 cmsis-dap swd
