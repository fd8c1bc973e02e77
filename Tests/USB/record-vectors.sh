#!/usr/bin/env bash
# Makes the transcripts anew that Tests/SimulatedBenchTests/Vectors/third-party holds: what OpenOCD, pyOCD and stlink-tools
# send to each virtual probe they can drive, and what it answers. The tests play them against the probes.
#
#     Tests/USB/record-vectors.sh EXTFLASH [NAME…]
#
# makes all of them, or those named (`openocd-hla-stlink-v3`). Each program checks what it gets; a job that fails leaves
# the old transcript in place. A transcript is looked at, and kept only if the probe was right to answer as it did.
#
#     Tests/USB/record-vectors.sh EXTFLASH --add NAME TRANSCRIPT PROGRAM COMMAND…
#
# adds one that `extflash simulate --record` made elsewhere. PROGRAM is its name with its version, COMMAND what was run.
set -euo pipefail

extflash=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
vectors=$here/../SimulatedBenchTests/Vectors/third-party
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kept=0

fail() { # what is wrong
    [ ! -f "$work/log" ] || sed 's/^/    | /' "$work/log"
    echo "  FAILED: $1"
    exit 1
}

# Name, transcript, program, command line. Times are cut to whole microseconds, which is a fifth of the size.
keep() {
    local name=$1 transcript=$2 program=$3 word
    shift 3
    {
        head -n 2 "$transcript"
        printf '# %s on a simulated STM32H745.\n# Command:' "$program"
        for word in "$@"; do
            if [[ $word =~ ^[A-Za-z0-9_./:=-]+$ ]]; then printf ' %s' "$word"; else printf " '%s'" "$word"; fi
        done
        printf '\n# Recorded by extflash simulate, kept by Tests/USB/record-vectors.sh; times cut to microseconds.\n'
        tail -n +3 "$transcript" | sed -E '/^#/!s/( [@+][0-9]+)\.[0-9]+/\1/g'
    } >"$work/vector"
    "$extflash" simulate replay "$work/vector" >"$work/log" 2>&1 || fail "$name cannot be played again"
    cp "$work/vector" "$vectors/$name.txt"
    kept=$((kept + 1))
    printf '  ok  %s: %s lines, %s bytes\n' "$name" "$(wc -l <"$work/vector")" "$(stat -c %s "$work/vector")"
}

if [ "${1-}" = --add ]; then
    shift
    keep "$@"
    exit
fi
wanted=" $* "
# Nobody's settings but ours, and paths in command lines that are the same everywhere.
export HOME=$work
cd "$here"
for program in openocd st-info; do
    command -v $program >/dev/null || fail "$program is not installed"
done
version_of() { dpkg-query -W -f '${Version}' "$1"; }

# Ways to run a command with a probe: PROBE COMMAND…; the transcript goes to $work/record.
on_private_bus() {
    timeout --kill-after=5 120 "$extflash" simulate --record "$work/record" --probe "$1" -- "${@:2}"
}
# Where the kernel has usbhid.
in_virtual_machine() {
    EXTFLASH_VM_RECORD=$work/record "$here/vm/run.sh" "$extflash" "$here/on-bus.sh" "$extflash" "$@"
}

# Name, probe (as after --probe), program, a text that its output must have, command line.
where=on_private_bus
record() {
    local name=$1 probe=$2 program=$3 expected=$4
    shift 4
    [ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]] || return 0
    rm -rf "$work/record"
    $where "$probe" "$@" >"$work/log" 2>&1 || fail "$name"
    grep -qF -- "$expected" "$work/log" || fail "$name: its output has no '$expected'"
    local transcripts=("$work"/record/*)
    keep "$name" "${transcripts[0]}" "$program" "$@"
}

openocd_program="OpenOCD 0.12.0 (Debian $(version_of openocd))"
one=stm32h7x.cpu0
two=stm32h7x.cpu1
# Name, probe, interface, transport, then OpenOCD commands after `init`.
openocd() {
    local name=$1 probe=$2 interface=$3 transport=$4 commands=()
    shift 4
    for command in "$@"; do commands+=(-c "$command"); done
    record "openocd-$name-$probe" "$probe" "$openocd_program" "  -- finished" openocd \
        -c "gdb_port disabled; tcl_port disabled; telnet_port disabled" \
        -f "interface/$interface.cfg" -c "transport select $transport" -c "set DUAL_CORE 1" \
        -f target/stm32h7x_dual_bank.cfg -f openocd/checks.tcl -f vectors/openocd.tcl \
        -c "init; poll off" "${commands[@]}" -c "finish"
}

# The debugger inside of the probe reaches one core.
identity="check_identity $one 0x411fc271"
openocd hla stlink-v3 stlink hla_swd "$identity" "halt_all {$one}" "short_memory $one 0x24000000" \
    "short_function $one 0x24010000" "check_reset {$one 0x08000000}"
openocd hla stlink-v2 stlink hla_swd "$identity" "halt_all {$one}" "short_memory $one 0x24000000" \
    "short_function $one 0x24010000"
openocd hla stlink-v2-1 stlink hla_swd "$identity" "halt_all {$one}" "short_memory $one 0x24000000" \
    "check_reset {$one 0x08000000}"

# OpenOCD drives the debug port itself and reaches both. The M4's breakpoints reach no further than 0x1FFFFFFF, so its
# code goes where SRAM1 shows a second time.
identity="check_ports; check_identity $one 0x411fc271; check_identity $two 0x410fc241"
openocd dapdirect stlink-v3 stlink-dap dapdirect_swd "$identity" "halt_all {$one $two}" \
    "short_memory $two 0x30000000" "short_function $one 0x24010000" \
    "check_reset {$one 0x08000000 $two 0x08100000}"
openocd dapdirect stlink-v2 stlink-dap dapdirect_swd "$identity" "halt_all {$one $two}" \
    "short_memory $one 0x24000000" "short_function $two 0x10010000"
openocd dapdirect stlink-v2-1 stlink-dap dapdirect_swd "$identity" "halt_all {$one $two}" \
    "short_memory $one 0x24000000" "short_memory $two 0x30000000"
openocd swd cmsis-dap-v2 cmsis-dap swd "$identity" "halt_all {$one $two}" \
    "short_memory $one 0x24000000" "short_function $one 0x24010000" "short_function $two 0x10010000" \
    "check_reset {$one 0x08000000 $two 0x08100000}"

# Debian's OpenOCD opens HID probes through hidraw.
where=in_virtual_machine
openocd swd cmsis-dap-v1 cmsis-dap swd "$identity" "halt_all {$one $two}" \
    "short_memory $one 0x24000000" "short_function $one 0x24010000" "check_reset {$one 0x08000000 $two 0x08100000}"
where=on_private_bus

environment=$("$here/../Tools/python-program.sh" pyocd) || fail "$environment"
version=${environment##*-}
PATH=$environment/bin:$PATH
for probe in stlink-v2-1 stlink-v3 cmsis-dap-v1 cmsis-dap-v2; do
    record "pyocd-$probe" $probe "pyOCD $version" "r0 = 0x000013ba (5050)" \
        pyocd cmd --script pyocd_h745.py --target cortex_m --connect attach -x vectors/pyocd
done

stlink_program="stlink-tools 1.7.0 (Debian $(version_of stlink-tools))"
printf 'sixteen bytes +3' >"$work/image"
for probe in stlink-v2 stlink-v2-1 stlink-v3; do
    record "stlink-tools-$probe" $probe "$stlink_program" "descr:      H74x/H75x" sh -c \
        'st-info --probe && st-flash write ~/image 0x20000000 && st-flash read ~/back 0x20000000 16 && cmp ~/image ~/back && st-flash reset'
done
# Before V2J21 the serial number is twelve raw bytes, which st-info cannot show.
record stlink-tools-stlink-v2-j16 stlink-v2,firmware=V2J16S0 "$stlink_program" 0x0450 st-info --chipid

[ "$kept" != 0 ] || fail "there is no session$wanted"
