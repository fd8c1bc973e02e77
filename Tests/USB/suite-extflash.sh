#!/usr/bin/env bash
# extflash itself, as a user has it, over real libusb: whole jobs on every probe, the choice among several, the plug pulled,
# the program killed, two programs at once, no permission.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

cd "$work"
# Each transfer costs more where the processor is emulated.
size=262144
[ "$bus" != vm ] || size=65536
random_bytes image.bin $size 11
random_bytes large.bin 1048576 500000
# A job that lasts for seconds on any machine and with any probe.
random_bytes longer.bin 8388608 600000
# The unprivileged user of one of the checks passes through here.
chmod 755 "$work"

declare -A name=([stlink-v2]="ST-LINK/V2" [stlink-v2-1]="ST-LINK/V2-1" [stlink-v3]="STLINK-V3"
    [cmsis-dap-v1]="CMSIS-DAP v1" [cmsis-dap-v2]="CMSIS-DAP v2")
declare -A serial=([stlink-v2]=53FF6D064882575140271187 [stlink-v2-1]=066AFF505283898767182431
    [stlink-v3]=004E00393137510D39383538 [cmsis-dap-v1]=E6614103E7000001 [cmsis-dap-v2]=A1B2C3D4E5F60718)
declare -A ids=([stlink-v2]=0483:3748 [stlink-v2-1]=0483:374b [stlink-v3]=0483:374e [cmsis-dap-v1]=0d28:0204
    [cmsis-dap-v2]=c251:f00b)
declare -A firmware=([stlink-v2]=V2J45S7 [stlink-v2-1]=V2J45M30 [stlink-v3]=V3J13M4
    [cmsis-dap-v1]="1.3.0 (1.0.0)" [cmsis-dap-v2]="2.1.1 (1.0.0)")
kinds="stlink-v2 stlink-v2-1 stlink-v3 cmsis-dap-v1 cmsis-dap-v2"

# What scripts on the bus use beside the checks.
cat >functions <<'END'
# Of the first probe, as the virtual probe itself counts them.
transfers() { control status | sed -n 's/^1 .* transfers \([0-9]*\) .*/\1/p'; }
more_transfers_than() { [ "$(transfers)" -gt "$1" ]; }
# A job in the background, told in the file `job`; returns when pages are being written.
start_programming() { # file
    "$extflash" program "$1" --progress plain >job 2>&1 &
    job=$!
    wait_until "pages are programmed" 60 grep -q '^program  *[1-9]' job
    wait_until "transfers go on" 10 more_transfers_than $(($(transfers) + 10))
}
# Its exit status is compared, also how long after `start` it came: the limit tells an answer to what happened from one
# that waits for a deadline of minutes, not a fast machine from a slow one.
expect_end_within() { # milliseconds, exit status
    local status=0 elapsed
    wait "$job" || status=$?
    elapsed=$(($(milliseconds) - start))
    cp job "$log"
    expect_equal "exit status" "$status" "$2"
    [ "$elapsed" -le $(($1 * slowness)) ] || fail "it took $elapsed ms, more than $(($1 * slowness)) ms"
    ok "it ended after $elapsed ms"
}
program_and_verify() { # file
    run 0 "$extflash" program "$1" --progress none
    local size
    size=$(stat -c %s "$1")
    expect_line "program" "Programmed $size bytes; $size bytes hashed on the target and right."
    run 0 "$extflash" verify "$1" --progress none
    expect_line "verify" "The flash holds the image: $size bytes hashed on the target."
}
END
# The bus's number is not the same everywhere.
cat >>functions <<'END'
list() { run 0 "$extflash" probes && sed -i 's/USB [0-9]*-/USB N-/' "$log"; }
path_of() { # ids
    "$extflash" probes | sed -n "s/.*($1, USB \(.*\))/\1/p"
}
END
script_on_bus() { # probes, NAME=VALUE…; the script is read from standard input
    cat functions - | checks_on_bus "$@"
}

for kind in $kinds; do
    printf '\n%s\n' "$kind"
    script_on_bus "$kind" "name=${name[$kind]}" "serial=${serial[$kind]}" "ids=${ids[$kind]}" \
        "firmware=${firmware[$kind]}" <<'END'
list
expect_equal "probes" "$(head -n 1 "$log")" "$name  $serial  --probe $serial"
expect_equal "ids and place" "$(sed -n 's/^  product .*(\(.*\))/\1/p' "$log")" "$ids, USB N-1"
expect_line "firmware" "  firmware  $firmware"
run 0 "$extflash" info --progress none
expect_line "info" "  kind      $name"
expect_line "info" "  serial    $serial"
expect_line "info" "  firmware  $firmware"
expect_line "info" "  definition      STM32H745, H747, H755, H757 (Cortex-M7 and Cortex-M4)"
expect_line "info" "  bank 2        Winbond W25Q128JV (16 MiB, 3 V)"
expect_line "info" "  JEDEC id      ef 40 18"
program_and_verify image.bin
run 0 "$extflash" read --range "0x90000000+$(stat -c %s image.bin)" -o back.bin --progress none
expect_same "read" back.bin image.bin
# One bit of what is compared is wrong.
printf "\\x$(printf %x $(($(od -An -tu1 -j 40000 -N 1 image.bin) ^ 16)))" >bit
cp image.bin wrong.bin
dd if=bit of=wrong.bin bs=1 seek=40000 conv=notrunc status=none
run 52 "$extflash" verify wrong.bin --progress none
ok "verify finds the one wrong bit"
END
done

printf '\nstlink-v3, 1 MiB\n'
script_on_bus stlink-v3 <<'END'
program_and_verify large.bin
run 0 "$extflash" read --range 0x90000000+1M -o back.bin --progress none
expect_same "read" back.bin large.bin
END

printf '\nTwo probes and the choice\n'
script_on_bus "stlink-v3 cmsis-dap-v2" "first=${serial[stlink-v3]}" "second=${serial[cmsis-dap-v2]}" <<'END'
list
expect_line "probes" "STLINK-V3  $first  --probe $first"
expect_line "probes" "CMSIS-DAP v2  $second  --probe $second"
# What is asked for, and which of the two that is.
while read -r selector wanted; do
    run 0 "$extflash" info --probe "$selector" --progress none
    expect_equal "--probe $selector" "$(sed -n 's/^  serial  *//p' "$log")" "$wanted"
done <<LIST
$first $first
$second $second
004e00 $first
0718 $second
0483:374e $first
C251:F00B $second
$(path_of 0483:374e) $first
$(path_of c251:f00b) $second
LIST
both="STLINK-V3 $first at N-1, CMSIS-DAP v2 $second at N-2"
# Both are listed for who must choose.
for selector in "" 0 0483:3748 7-7.7 0123456789; do
    run 10 "$extflash" info ${selector:+--probe "$selector"}
    case $selector in
    "") wanted="2 probes match: $both [WRK-002]" ;;
    0) wanted="2 probes match: $both [WRK-002]" ;;
    7-*) wanted="no probe matches bus path $selector; present: $both [WRK-001]" ;;
    *:*) wanted="no probe matches $selector; present: $both [WRK-001]" ;;
    *) wanted="no probe matches serial $selector; present: $both [WRK-001]" ;;
    esac
    expect_equal "--probe '$selector'" "$(sed -n 's/at [0-9]*-\([12]\)/at N-\1/g; s/^error: //p' "$log")" "$wanted"
done
control unplug 2
wait_until "the second probe is gone" 5 sh -c "! '$extflash' probes | grep -q CMSIS"
run 0 "$extflash" info --progress none
expect_line "the only one left" "  serial    $first"
END

printf '\nstlink-v2 with old firmware\n'
# Its serial number is twelve raw bytes, which are no text.
script_on_bus "stlink-v2,firmware=V2J16S0" "serial=${serial[stlink-v2]}" <<'END'
list
expect_equal "probes" "$(head -n 1 "$log")" "ST-LINK/V2  $serial  --probe $serial"
expect_line "firmware" "  firmware  V2J16"
for selector in "$serial" 4882575140271187; do
    run 0 "$extflash" probes --probe "$selector"
    expect_equal "--probe $selector" "$(head -n 1 "$log")" "ST-LINK/V2  $serial  --probe $serial"
done
run 13 "$extflash" info --probe "$serial"
expect_text "what it says" "this probe's firmware has no debug register access (it says V2J16); it needs V2J24 [PRB-006]"
END

long() { # probe
    # Some of them move 60 kB/s.
    case $1:$bus in cmsis-dap-v1:* | cmsis-dap-v2:vm) echo large.bin ;; *) echo longer.bin ;; esac
}
for kind in $kinds; do
    printf '\n%s: the plug is pulled in the middle of a job\n' "$kind"
    script_on_bus "$kind" "serial=${serial[$kind]}" "long=$(long $kind)" <<'END'
start_programming "$long"
start=$(milliseconds)
control unplug 1
expect_end_within 10000 12
expect_text "what it says" "the probe was unplugged [USB-003]"
run 10 "$extflash" info
ok "info finds no probe"
control plug 1
wait_until "the probe is back" 5 sh -c "'$extflash' probes | grep -q $serial"
program_and_verify image.bin
END
done

printf '\nThe plug is pulled while the program waits for an answer\n'
script_on_bus stlink-v3 <<'END'
control fault timeout after 300
"$extflash" program image.bin --progress none >job 2>&1 &
job=$!
wait_until "the job is under way" 20 more_transfers_than 290
stands_still() { local before; before=$(transfers); sleep 0.2; [ "$(transfers)" = "$before" ]; }
wait_until "it waits" 10 stands_still
start=$(milliseconds)
control unplug 1
expect_end_within 10000 12
expect_text "what it says" "the probe was unplugged [USB-003]"
END

for kind in $kinds; do
    printf '\n%s: killed in the middle of a transfer\n' "$kind"
    script_on_bus "$kind" "long=$(long $kind)" <<'END'
start_programming "$long"
kill -KILL "$job"
status=0
{ wait "$job" || status=$?; } 2>/dev/null
expect_equal "exit status" "$status" 137
program_and_verify image.bin
END
done

printf '\nTwo programs at once\n'
script_on_bus stlink-v3 <<'END'
start_programming longer.bin
run 11 "$extflash" info
expect_equal "who has it" "$(sed -n 's/.* is in use by \(.*\) \[USB-005\]/\1/p' "$log")" "extflash (pid $job)"
start=$(milliseconds)
expect_end_within 300000 0
run 0 "$extflash" verify longer.bin --progress none
ok "the first one's job is right"
run 0 "$extflash" info
ok "the next one has the probe"
END

printf '\nWithout permission\n'
script_on_bus stlink-v3 <<'END'
if ! setpriv --reuid=65534 --regid=65534 --clear-groups "$extflash" --version >"$log" 2>&1; then
    echo "  --  not checked: another user cannot run the program here: $(tail -n 1 "$log")"
    exit 0
fi
for device in /sys/bus/usb/devices/*; do
    [ "$(cat "$device/idVendor" 2>/dev/null)" = 0483 ] || continue
    node=$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$device/busnum")" "$(cat "$device/devnum")")
done
# As udev leaves it without a rule of ours.
chown root:root "$node"
chmod 0664 "$node"
run 11 setpriv --reuid=65534 --regid=65534 --clear-groups "$extflash" info
expect_text "info" "no permission to open $node [USB-004]"
expect_text "the remedy" "install the udev rules (60-extflash.rules, with \`sudo make install-udev\`), then replug the probe"
run 0 setpriv --reuid=65534 --regid=65534 --clear-groups "$extflash" probes
expect_line "probes lists it all the same" "STLINK-V3  004E00393137510D39383538  --probe 004E00393137510D39383538"
expect_line "probes" "  unusable  no permission to open $node [USB-004]"
expect_text "its remedy" "install the udev rules (60-extflash.rules, with \`sudo make install-udev\`), then replug the probe"
# As our rules leave it, for a member of the group and for others.
chown root:4242 "$node"
chmod 0660 "$node"
run 0 setpriv --reuid=65534 --regid=65534 --groups=4242 "$extflash" info --progress none
ok "a member of the group may use it"
run 11 setpriv --reuid=65534 --regid=65534 --groups=4243 "$extflash" info --progress none
ok "others may not"
END

printf '\nComing and going while probes are listed\n'
script_on_bus stlink-v3 <<'END'
(
    for ((round = 0; round < 10; round++)); do
        control unplug 1
        sleep 0.1
        control plug 1
        sleep 0.1
    done
    touch enough
) &
seen=0 missed=0
until [ -e enough ]; do
    # A probe that went while it was looked at is told of on standard error, too.
    "$extflash" probes >"$log" 2>/dev/null || fail "probes ended with $?"
    case $(head -n 1 "$log") in
    "STLINK-V3  004E00393137510D39383538  "*) seen=$((seen + 1)) ;;
    "No probe found.") missed=$((missed + 1)) ;;
    *) fail "probes said something else" ;;
    esac
done
[ "$seen" -gt 0 ] || fail "the probe was never seen"
[ "$missed" -gt 0 ] || fail "the probe was never missed"
ok "every list was right"
wait_until "the probe is back" 5 sh -c "'$extflash' probes | grep -q 004E00393137510D39383538"
run 0 "$extflash" info --progress none
ok "info works afterwards"
END
