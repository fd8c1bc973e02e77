#!/usr/bin/env bash
# Linux's own drivers take the drive and the serial port of a V2-1 or V3 for such, and leave the debug interface alone.
set -euo pipefail
source "$(dirname "$0")/checks.sh"
only_on vm "the private bus has no drivers of a kernel"

cd "$work"
random_bytes image.bin 16384 21
for probe in stlink-v2-1 stlink-v3; do
    printf '\n%s\n' "$probe"
    checks_on_bus "$probe" <<'END'
until_there() { # what, command
    local what=$1 deadline=$((SECONDS + 5 * slowness))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "$what did not come"
        sleep 0.1
    done
}
device=$(grep -lx 0483 /sys/bus/usb/devices/*/idVendor)
device=${device%/idVendor}
for pair in 1:usb-storage 2:cdc_acm 3:cdc_acm; do
    expect_equal "driver of interface ${pair%:*}" \
        "$(basename "$(readlink "$device/${device##*/}:1.${pair%:*}/driver")")" "${pair#*:}"
done
[ ! -e "$device/${device##*/}:1.0/driver" ] || fail "a driver took the debug interface"
ok "the debug interface is left to programs"

# The driver looks at a drive a second after it came.
drive() { compgen -G "$device/${device##*/}:1.1/host*/target*/*/block/*" >/dev/null; }
until_there "the drive" drive
block=$(compgen -G "$device/${device##*/}:1.1/host*/target*/*/block/*")
expect_equal "what the drive is" "$(cat "$block/device/vendor" "$block/device/model" | tr -s ' \n' ' ')" "MBED microcontroller "
expect_equal "its size" "$(cat "$block/size")" 0
expect_equal "removable" "$(cat "$block/removable")" 1
! head -c 512 "/dev/${block##*/}" 2>"$log" || fail "a drive without a medium was read"
expect_text "reading it" "No medium found"

port=/dev/$(basename "$device/${device##*/}:1.2/tty/"*)
timeout 60 stty -F "$port" 9600 raw -echo || fail "the serial port takes no settings"
expect_equal "speed of the serial port" "$(timeout 60 stty -F "$port" speed)" 9600
timeout 60 sh -c "echo hello >$port" || fail "the serial port takes no bytes"
ok "the serial port takes bytes"

"$extflash" program image.bin --progress none >"$log" 2>&1 || fail "extflash program"
"$extflash" verify image.bin --progress none >"$log" 2>&1 || fail "extflash verify"
ok "extflash programs and verifies beside them"
expect_equal "resets by the drivers" "$(dmesg | grep -c 'reset .*-speed USB device' || true)" 0
END
done
