#!/usr/bin/env bash
# stlink-tools: identify the probe and the chip; read and write RAM, read the internal flash.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

command -v st-info >/dev/null || skip "stlink-tools is not installed"

random_bytes "$work/image" 4099 3

# Name, probe, its version as st-info shows it, its serial number.
identify() {
    local probe=$1
    printf '\n%s: st-info\n' "$probe"
    on_bus "$probe" st-info --probe || fail "st-info --probe"
    expect_equal "what st-info finds" "$(head -n 1 "$work/log")" "Found 1 stlink programmers"
    local key
    while read -r key value; do
        expect_equal "$key" "$(sed -n "s/^ *$key: *//p" "$work/log")" "$value"
    done <<END
version $2
serial $3
flash 2097152 (pagesize: 131072)
sram 131072
chipid 0x0450
descr H74x/H75x
END
    while read -r option value; do
        on_bus "$probe" st-info "$option" || fail "st-info $option"
        expect_equal "st-info $option" "$(cat "$work/log")" "$value"
    done <<END
--chipid 0x0450
--serial $3
--flash 0x200000
--sram 0x20000
--pagesize 0x20000
--descr H74x/H75x
END
}

# An odd number of bytes to DTCM, so that the last ones go byte by byte. st-flash reads back what it wrote, too, and saves
# whole words (stlink_read in its common.c).
transfer() {
    local probe=$1
    printf '\n%s: st-flash\n' "$probe"
    on_bus "$probe" sh -c "st-flash write image 0x20000000 && st-flash read back 0x20000000 4099" ||
        fail "writing RAM and reading it"
    head -c 4099 back >back.cut
    expect_same "RAM" back.cut image
    on_bus "$probe" st-flash read erased 0x080e0000 0x40000 || fail "reading the internal flash"
    head -c 262144 /dev/zero | tr '\0' '\377' >blank
    expect_same "the blank internal flash, over the border of its banks" erased blank
    on_bus "$probe" st-flash reset || fail "st-flash reset"
    ok "st-flash reset"
}

cd "$work"
identify stlink-v2 V2J45S7 53FF6D064882575140271187
identify stlink-v2-1 V2J45S30 066AFF505283898767182431
identify stlink-v3 V3J13 004E00393137510D39383538
# Before V2J21 the serial number is twelve raw bytes, which st-info cannot show; the chip it identifies all the same.
printf '\nstlink-v2 with old firmware\n'
on_bus stlink-v2,firmware=V2J16S0 st-info --chipid || fail "st-info --chipid"
expect_equal "st-info --chipid on V2J16S0" "$(cat "$work/log")" 0x0450
for probe in stlink-v2 stlink-v2-1 stlink-v3; do transfer $probe; done

printf '\nTwo probes at once\n'
on_bus "stlink-v2 stlink-v3" st-info --probe ||
    fail "st-info --probe"
expect_equal "what st-info finds" "$(head -n 1 "$work/log")" "Found 2 stlink programmers"
expect_equal "serial numbers" "$(sed -n 's/^ *serial: *//p' "$work/log" | sort | tr '\n' ' ')" \
    "004E00393137510D39383538 53FF6D064882575140271187 "
