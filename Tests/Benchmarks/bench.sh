#!/usr/bin/env bash
# Speed and memory of the built binary on the simulated bench. Prints; judges nothing: real time depends on the machine,
# virtual time does not.
set -euo pipefail

extflash=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Deterministic contents without runs of equal bytes, so that nothing can be skipped.
contents() { # bytes
    (set +o pipefail; seq 1 9999999 | head -c "$1")
}
number() { # key, file: the first number after that key in a JSON document
    grep -m 1 "\"$1\"" "$2" | tr -dc '0-9.'
}
row() { printf '%-14s %8s %10s %10s %10s %9s %9s\n' "$@"; }

contents 16777216 >"$work/full.bin"
contents 1048576 >"$work/part.bin"

echo "Full 16 MiB: program and verify"
row probe "" "virtual s" "KiB/s" "real s" "x faster" "peak MiB"
job() { # probe, image, label
    "$extflash" program "$2" --probe "sim:$1" --progress none --json >"$work/report.json"
    local virtual real memory bytes
    virtual=$(number totalSeconds "$work/report.json")
    real=$(number realSeconds "$work/report.json")
    memory=$(number peakMemoryBytes "$work/report.json")
    bytes=$(stat -c %s "$2")
    row "$1" "$3" "$(printf %.1f "$virtual")" "$(awk "BEGIN { printf \"%.0f\", $bytes / 1024 / $virtual }")" "$(printf %.1f "$real")" \
        "$(awk "BEGIN { printf \"%.1f\", $virtual / $real }")" "$(awk "BEGIN { printf \"%.0f\", $memory / 1048576 }")"
}
job stlink-v3 "$work/full.bin" "16 MiB"
for probe in stlink-v2 stlink-v2-1 cmsis-dap-v1 cmsis-dap-v2; do job $probe "$work/part.bin" "1 MiB"; done

# Small pieces all over the flash, as Intel HEX: each record at its place in an equal part.
records() { # count
    awk -v count="$1" 'BEGIN {
        slots = 1048576; step = int(slots / count); upper = -1
        for (i = 0; i < count; i++) {
            address = 16 * (i * step + i * 7919 % step)
            if (int(address / 65536) != upper) {
                upper = int(address / 65536)
                printf ":02000004%04X%02X\n", 36864 + upper, (256 - (6 + 144 + upper) % 256) % 256
            }
            low = address % 65536; sum = 16 + int(low / 256) + low % 256
            printf ":10%04X00", low
            for (j = 0; j < 16; j++) { byte = (i * 31 + j * 7) % 255; sum += byte; printf "%02X", byte }
            printf "%02X\n", (256 - sum % 256) % 256
        }
        print ":00000001FF"
    }'
}
records 10000 >"$work/records.hex"
echo
echo "Into a flash that is blank, and one that is written (stlink-v3)"
table() { printf '%-16s %-8s %10s %10s %10s %10s %10s\n' "$@"; }
table image flash "virtual s" survey erase program verify
phase() { # name: its seconds in the report
    awk -v name="\"$1\"" 'index($0, "\"name\" : " name) { found = 1 } found && /"seconds"/ { gsub(/[^0-9.]/, ""); print; exit }' \
        "$work/report.json"
}
for state in blank written; do
    for image in part.bin full.bin records.hex; do
        rm -rf "$work/flash"
        if [ $state = written ]; then
            # The first 16 MiB of the same contents a byte later: no page is the same.
            (set +o pipefail; seq 1 9999999 | tail -c +2 | head -c 16777216) >"$work/before.bin"
            "$extflash" program "$work/before.bin" --probe "sim:stlink-v3,state=$work/flash" --progress none >/dev/null
        fi
        "$extflash" program "$work/$image" --probe "sim:stlink-v3,state=$work/flash" --progress none --json >"$work/report.json"
        table "$image" $state "$(printf %.1f "$(number totalSeconds "$work/report.json")")" "$(phase survey)" "$(phase erase)" \
            "$(phase program)" "$(phase verify)"
    done
done

# Command and answer through libusb and the private bus: one OUT and one IN transfer each.
echo
if ! { true <>/dev/fuse; } 2>/dev/null; then
    echo "Round trips on the private bus: not measured, this machine has no /dev/fuse that may be opened"
    exit 0
fi
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
# shellcheck disable=SC2046 # pkg-config gives several words.
"$tools/clang" -O2 "$here/roundtrips.c" -o "$work/roundtrips" $(pkg-config --cflags --libs libusb-1.0)
trips=5000
echo "Round trips on the private bus: $trips commands with their answers"
table() { printf '%-14s %8s %10s %10s %16s %16s\n' "$@"; }
table probe "per s" "median us" "99 % us" "client us/trip" "server us/trip"
TIMEFORMAT='%U %S'
for probe in stlink-v2 stlink-v2-1 stlink-v3 cmsis-dap-v1 cmsis-dap-v2; do
    # Both processes together, then what the client used itself.
    { time "$extflash" simulate --probe $probe -- "$work/roundtrips" $trips >"$work/trips"; } 2>"$work/time"
    read -r rate median slow client <"$work/trips"
    read -r user system <"$work/time"
    table $probe "$rate" "$median" "$slow" "$(awk "BEGIN { printf \"%.1f\", $client / $trips * 1e6 }")" \
        "$(awk "BEGIN { printf \"%.1f\", ($user + $system - $client) / $trips * 1e6 }")"
done
