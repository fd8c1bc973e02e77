#!/usr/bin/env bash
# CMSIS-DAP v1 where the kernel drives it: OpenOCD through hidraw, and extflash, which takes the probe from the kernel's
# driver and gives it back.
set -euo pipefail
source "$(dirname "$0")/openocd/cores.sh"

only_on vm "hidraw is made by the kernel's usbhid; the private bus has none"
command -v setpriv >/dev/null || skip "setpriv is not installed"

two_cores "cmsis-dap-v1, interface/cmsis-dap.cfg, swd" cmsis-dap-v1 cmsis-dap swd

random_bytes image.bin 262144 7
# What scripts on the bus use beside the checks.
cat >functions <<'END'
# The probe's only interface, and what the kernel makes of it.
interface=$(grep -l 0204 /sys/bus/usb/devices/*/idProduct)
interface=${interface%/*}:1.0
is_driven_by() { [ "$(basename "$(readlink "$interface/driver")")" = "$1" ]; }
node() { ls "$interface"/*/hidraw 2>/dev/null; }

expect_kernel_has_it() {
    wait_until "usbhid has the probe" 2 is_driven_by usbhid
    udevadm settle
    ok "usbhid has the probe"
    expect_equal "its node" "$(stat -c '%F, %A, %U, %G' "/dev/$(node)")" \
        "character special file, crw-rw----, root, plugdev"
}
expect_kernel_lacks_it() { # driver
    is_driven_by "$1" || fail "the interface's driver is not '$1'"
    [ -z "$(node)" ] || fail "its node is still there"
    ok "usbhid does not have the probe"
}
# OpenOCD knows no other way to this probe.
openocd=(openocd -c "gdb_port disabled; tcl_port disabled; telnet_port disabled" -f interface/cmsis-dap.cfg
    -c "transport select swd" -f target/stm32h7x_dual_bank.cfg)
expect_hidraw_works() {
    run 0 "${openocd[@]}" -c "init; shutdown"
    expect_text "OpenOCD through hidraw" "DPIDR 0x6ba02477"
}
# extflash programs the flash in the background; its output is the file `job`.
start_programming() {
    "$extflash" program image.bin --progress plain >job 2>&1 &
    job=$!
    wait_until "pages are programmed" 60 grep -q '^program  *[1-9]' job
}
END
script_on_bus() { # the script is read from standard input
    cat functions - | checks_on_bus cmsis-dap-v1
}

printf '\nWho may open it\n'
script_on_bus <<'END'
expect_kernel_has_it
# Nobody, with only this group.
as() { setpriv --reuid=nobody --regid="$1" --clear-groups "${@:2}"; }
run 1 as nogroup "${openocd[@]}" -c "init; shutdown"
expect_text "without plugdev" "unable to open CMSIS-DAP device"
run 0 as plugdev "${openocd[@]}" -c "init; shutdown"
expect_text "with plugdev" "DPIDR 0x6ba02477"
END

printf '\nextflash takes it and gives it back\n'
script_on_bus <<'END'
expect_kernel_has_it
start_programming
expect_kernel_lacks_it usbfs
status=0
wait $job || status=$?
cp job "$log"
expect_equal "exit status" "$status" 0
expect_text "program" "Programmed 262144 bytes; 262144 bytes hashed on the target and right."
expect_kernel_has_it
expect_hidraw_works
END

printf '\nextflash is killed and cannot give it back\n'
script_on_bus <<'END'
start_programming
kill -KILL $job
{ wait $job || true; } 2>/dev/null
# Nobody has the interface then; the next program that lets go of it puts that right.
expect_kernel_lacks_it ""
run 0 "$extflash" info --progress none
expect_text "info" "JEDEC id      ef 40 18"
expect_kernel_has_it
expect_hidraw_works
END

printf '\nThe plug is pulled while OpenOCD has the node open\n'
script_on_bus <<'END'
"${openocd[@]}" -c "init; echo ready" >session 2>&1 &
session=$!
wait_until "OpenOCD is connected" 20 grep -qx ready session
control unplug 1
wait_until "OpenOCD notices" 10 grep -q "error writing data" session
ok "OpenOCD notices"
kill -KILL $session
{ wait $session || true; } 2>/dev/null
[ ! -e "$interface" ] || fail "the interface is still there"
control plug 1
expect_kernel_has_it
expect_hidraw_works
END
