#!/usr/bin/env bash
# What the rules in udev/ make of devices, told by udev's own tool with the rules that systemd brings: every probe that is
# listed is for the user at the seat and the group plugdev, and ModemManager leaves its serial ports alone.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

command -v udevadm >/dev/null || skip "udevadm is not installed"
rules=$(realpath "$here/../../udev/60-extflash.rules")
getent group plugdev dialout >/dev/null || skip "this machine has no group plugdev or dialout"

# systemd's rules that bear on ours, so that no other package's rules take part.
mkdir "$work/rules"
for name in 50-udev-default 70-uaccess 71-seat 73-seat-late; do
    cp "/usr/lib/udev/rules.d/$name.rules" "$work/rules/" || skip "$name.rules of systemd is not where udev reads it"
done
cp "$rules" "$work/rules/"

# What scripts on the bus use. They run in a mount namespace of their own, so that neither rules nor links stay.
cat >"$work/functions" <<'END'
hide() { [ ! -d "$1" ] || mount -t tmpfs none "$1"; }
hide /etc/udev/rules.d
hide /run/udev
hide /usr/local/lib/udev/rules.d
hide /dev/char
mount --bind "$work/rules" /usr/lib/udev/rules.d
# Synthetic devices are no devices of the kernel.
export SYSTEMD_DEVICE_VERIFY_SYSFS=0

# Mode, group, uaccess, ID_MM_DEVICE_IGNORE; `-` for what no rule sets.
outcome_of() { # path in /sys, action
    # Tags stay with a device number.
    rm -rf /run/udev/data /run/udev/tags
    udevadm test --action="$2" "$1" >"$log" 2>&1 || fail "udevadm test $1"
    local mode group access=- ignore
    mode=$(sed -n 's/.*\.rules:[0-9]* MODE \([0-7]*\)$/\1/p' "$log" | tail -n 1)
    group=$(sed -n 's/.*\.rules:[0-9]* GROUP \([0-9]*\)$/\1/p' "$log" | tail -n 1)
    [ -z "$group" ] || group=$(getent group "$group" | cut -d: -f1)
    # The tag alone does nothing: the rule that acts on it has to come after it.
    if grep -q '^TAGS=.*:uaccess:' "$log" && grep -qx "run: 'uaccess'" "$log"; then access=uaccess; fi
    ignore=$(sed -n 's/^ID_MM_DEVICE_IGNORE=//p' "$log")
    echo "${mode:--} ${group:--} $access ${ignore:--}"
}
END
script_on_bus() { # probes; the script is read from standard input
    cat "$work/functions" - >"$work/namespace"
    checks_on_bus "$1" <<'END'
{
    for name in work log here bus slowness; do printf '%s=%q\n' "$name" "${!name}"; done
    echo 'set -euo pipefail'
    cat "$here/expectations.sh" "$work/namespace"
} >"$work/unshared"
unshare --mount bash "$work/unshared"
END
}

printf '\nThe file\n'
first=$(printf '%s\n' 73-seat-late.rules "$(basename "$rules")" | LC_ALL=C sort | head -n 1)
expect_equal "what comes before 73-seat-late.rules" "$first" "$(basename "$rules")"
script_on_bus stlink-v3 <<'END'
complaints() { grep -c "^/[^ ]*60-extflash.rules:" "$log" || true; }
device=$(dirname "$(grep -lx 374e /sys/bus/usb/devices/*/idProduct)")
outcome_of "$device" add >/dev/null
expect_text "udev reads it" "Reading rules file: /usr/lib/udev/rules.d/60-extflash.rules"
expect_equal "udev's complaints about it" "$(complaints)" 0
# As it would be told of a mistake.
cp "$work/rules/60-extflash.rules" "$work/right"
echo 'SUBSYSTEM=="usb", NONSENSE=="1"' >>"$work/rules/60-extflash.rules"
outcome_of "$device" add >/dev/null
expect_equal "udev's complaints about a wrong line" "$(complaints)" 1
cp "$work/right" "$work/rules/60-extflash.rules"
END

printf '\nThe virtual probes\n'
script_on_bus "stlink-v2 stlink-v2-1 stlink-v3 cmsis-dap-v1 cmsis-dap-v2" <<'END'
for ids in 0483:3748 0483:374b 0483:374e 0d28:0204 c251:f00b; do
    for device in /sys/bus/usb/devices/*; do
        [ "$(cat "$device/idVendor" 2>/dev/null):$(cat "$device/idProduct" 2>/dev/null)" = "$ids" ] || continue
        expect_equal "$ids" "$(outcome_of "$device" add)" "0660 plugdev uaccess 1"
        # On a real node udev's tool also does what the rules say.
        node=$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$device/busnum")" "$(cat "$device/devnum")")
        [ ! -c "$node" ] || expect_equal "$node" "$(stat -c '%a %G' "$node")" "660 plugdev"
    done
done
END

# Devices made in the place of sysfs are the same on every bus, and each rule costs more where the processor is emulated.
[ "$bus" != vm ] || exit 0

printf '\nOther devices\n'
# Made in the place of sysfs: vendor and product id, product string, then what is expected of it.
cat >"$work/products" <<'END'
0483:3748 STM32 STLink|probe
0483:374a STM32 STLink|probe
0483:374b STM32 STLink|probe
0483:3752 STM32 STLink|probe
0483:374d STM32 STLink|probe
0483:374e STLINK-V3|probe
0483:374f STLINK-V3|probe
0483:3753 STLINK-V3|probe
0483:3754 STLINK-V3|probe
0483:3755 STLINK-V3|probe
0483:3757 STLINK-V3|probe
0483:3744 STM32 STLink|other
0483:df11 STM32  BOOTLOADER|other
0483:5740 STM32 Virtual ComPort|other
0d28:0204 DAPLink|probe
1209:3443 Orbtrace|probe
1a86:8011 Link|probe
1a86:8012 Link|probe
1a86:7523 USB Serial|other
03eb:2111 EDBG|probe
03eb:2140 JTAGICE3|probe
03eb:2141 Atmel-ICE|probe
03eb:2144 Power Debugger|probe
03eb:2145 mEDBG|probe
03eb:2157 Debugger|probe
03eb:2169 Debugger|probe
03eb:216a Debugger|probe
03eb:216c EDBGC|probe
03eb:2170 Debugger|probe
03eb:2175 nEDBG|probe
04b4:f138 KitProg|probe
04b4:f139 KitProg|probe
04b4:f148 KitProg|probe
04b4:f151 MiniProg4|probe
04b4:f152 MiniProg4|probe
04b4:f154 KitProg3|probe
04b4:f155 KitProg3|probe
04b4:f166 KitProg3|probe
0483:572a Debugger|probe
1fc9:0090 LPC-Link2|probe
1fc9:0143 MCU-Link|probe
2e8a:0004 Picoprobe|probe
2e8a:000c Debug Probe|probe
2e8a:0003 RP2 Boot|other
30cc:9527 Link|probe
6666:9930 Free-DAP|probe
6666:9941 Free-DAP|probe
6666:0001 Prototype|other
c251:2710 ULINK|probe
c251:2750 ULINKplus|probe
c251:f001 LPC-Link-II|probe
c251:f002 LPC-Link-II|probe
c251:f00a Debugger|probe
c251:f00b Debugger|probe
1366:1008 J-Link|probe
1366:0101 J-Link|other
ffff:0001 Nobody's CMSIS-DAP probe|probe
ffff:0002 My CMSIS_DAP|probe
ffff:0003 WCH-Link|probe
ffff:0004 CMSIS|other
1d6b:0002 xHCI Host Controller|other
046d:c31c USB Keyboard|other
END
script_on_bus stlink-v3 <<'END'
mount -t tmpfs none /sys/devices/platform
bus=/sys/devices/platform/synthetic.0/usb9
put() { printf '%s\n' "$2" >"$1"; }
# A device of the kernel: path, subsystem, lines of its uevent file.
add() {
    mkdir -p "$1"
    ln -sfn "/sys/bus/$2" "$1/subsystem"
    printf '%s\n' "${@:3}" >"$1/uevent"
}
add_probe() { # vendor id, product id, product string
    device=$bus/9-1
    rm -rf "$bus"
    add "$device" usb MAJOR=189 MINOR=1025 DEVNAME=bus/usb/009/002 DEVTYPE=usb_device "PRODUCT=$1/$2/100" BUSNUM=009 DEVNUM=002
    put "$device/idVendor" "$1"
    put "$device/idProduct" "$2"
    put "$device/product" "$3"
}
while IFS=': |' read -r vendor product text; do
    what=${text##*|} text=${text%|*}
    add_probe "$vendor" "$product" "$text"
    case $what in
    probe) wanted="0660 plugdev uaccess 1" ;;
    other) wanted="0664 - - -" ;;
    esac
    expect_equal "$vendor:$product '$text'" "$(outcome_of "$device" add)" "$wanted"
done <"$work/products"

# The nodes below a probe, and what events do.
add_probe 0d28 0204 DAPLink
hid=$device/9-1:1.3/0003:0D28:0204.0001/hidraw/hidraw0
serial=$device/9-1:1.1/tty/ttyACM0
add "$device/9-1:1.3" usb DEVTYPE=usb_interface
add "$hid" hidraw MAJOR=243 MINOR=0 DEVNAME=hidraw0
add "$serial" tty MAJOR=166 MINOR=0 DEVNAME=ttyACM0
expect_equal "its hidraw node" "$(outcome_of "$hid" add)" "0660 plugdev uaccess 1"
expect_equal "its serial port" "$(outcome_of "$serial" add)" "- dialout uaccess 1"
for action in change bind unbind; do
    expect_equal "the probe on $action" "$(outcome_of "$device" "$action")" "0660 plugdev uaccess 1"
done
outcome_of "$device" remove >/dev/null
expect_equal "rules of ours on remove" "$(grep -c '60-extflash.rules:[0-9]* [A-Z]' "$log" || true)" 0

# The same below something that is no probe.
add_probe 046d c31c "USB Keyboard"
add "$hid" hidraw MAJOR=243 MINOR=0 DEVNAME=hidraw0
add "$serial" tty MAJOR=166 MINOR=0 DEVNAME=ttyACM0
expect_equal "another device's hidraw node" "$(outcome_of "$hid" add)" "- - - -"
expect_equal "another device's serial port" "$(outcome_of "$serial" add)" "- dialout - -"
END
