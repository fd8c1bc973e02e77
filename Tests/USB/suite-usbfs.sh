#!/usr/bin/env bash
# What the kernel answers to right and wrong commands on device files, asked without libusb (usbfs/checks.c): on the private
# bus the emulated kernel has to give what a real one gives in the virtual machine. And extflash after a program that left an
# answer in the probe.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

"$tools/clang" -Wall -Wextra -Werror -O1 -o "$work/usbfs-checks" "$here/usbfs/checks.c" "$here/usbfs/usbfs.c" 2>"$log" ||
    skip "the checks cannot be compiled: $(grep -m 1 error: "$log")"

# What scripts on the bus use: the device's file.
node='node_of() { # vendor id, product id
    local device
    for device in /sys/bus/usb/devices/*; do
        [ "$(cat "$device/idVendor" 2>/dev/null):$(cat "$device/idProduct" 2>/dev/null)" = "$1:$2" ] || continue
        printf "/dev/bus/usb/%03d/%03d" "$(cat "$device/busnum")" "$(cat "$device/devnum")"
    done
}'
# Name of the checks, probe, its ids.
kernel_checks() {
    printf '\n%s: %s\n' "$2" "$1"
    checks_on_bus "$2" "kind=$1" "vendor=${3%:*}" "product=${3#*:}" <<END
$node
"\$work/usbfs-checks" "\$kind" "\$(node_of "\$vendor" "\$product")" "\$slowness"
END
}
kernel_checks stlink stlink-v3 0483:374e
kernel_checks hid cmsis-dap-v1 0d28:0204
kernel_checks gone stlink-v3 0483:374e

# Probe, its ids, endpoint and bytes of a request whose answer nobody reads, what extflash says about it.
stale() {
    printf '\n%s: an answer left behind\n' "$1"
    checks_on_bus "$1" "vendor=${2%:*}" "product=${2#*:}" "request=$3" "message=$4" <<END
$node
"\$work/usbfs-checks" leave "\$(node_of "\$vendor" "\$product")" \$request
run 0 "\$extflash" info --progress none
expect_text "info drops it" "\$message"
expect_line "and works" "  JEDEC id      ef 40 18"
END
}
zeros() { [ "$1" = 0 ] || printf '0 %.0s' $(seq "$1"); }
for probe in "stlink-v2 0483:3748 2" "stlink-v2-1 0483:374b 1" "stlink-v3 0483:374e 1"; do
    read -r kind ids endpoint <<<"$probe"
    stale "$kind" "$ids" "$endpoint f1 $(zeros 15)" "ST-LINK stale answer dropped"
done
for probe in "cmsis-dap-v1 0d28:0204" "cmsis-dap-v2 c251:f00b"; do
    read -r kind ids <<<"$probe"
    [ "$kind" = cmsis-dap-v1 ] && length=62 || length=0
    stale "$kind" "$ids" "1 0 fe $(zeros "$length")" "CMSIS-DAP stale response dropped"
done
