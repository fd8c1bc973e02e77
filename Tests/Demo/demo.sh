#!/usr/bin/env bash
# The main job on the simulated bench, as a user would type it: three image files of three kinds are programmed
# through the seed board's loader, verified, read back and compared byte by byte with what went in.
set -euo pipefail

extflash=$1
here=$(cd "$(dirname "$0")" && pwd)
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
probe="sim:stlink-v3,state=$work/board"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ extflash %s\n' "$*"; "$extflash" "$@"; }

say "Making the images: app.elf (three segments), table.hex, media.bin (6 MiB)"
target="--target=armv7em-none-eabi"
"$tools/clang" $target -mcpu=cortex-m7 -c "$here/application.s" -o "$work/application.o"
"$tools/ld.lld" -T "$here/application.ld" "$work/application.o" -o "$work/app.elf"
"$tools/clang" $target -c "$here/table.s" -o "$work/table.o"
"$tools/ld.lld" -T "$here/table.ld" "$work/table.o" -o "$work/table.elf"
"$tools/llvm-objcopy" -O ihex "$work/table.elf" "$work/table.hex"
# head ends the pipe early on purpose; seq's SIGPIPE is no failure.
(set +o pipefail; seq 1 2000000 | head -c 6291456) >"$work/media.bin"
ls -l "$work"/app.elf "$work"/table.hex "$work"/media.bin | awk '{print $5, $9}'

say "1. Which probes are there?"
run probes --probe "$probe"
say "2. What is behind it?"
run info --probe "$probe"
say "3. Program and verify"
run program "$work/app.elf" "$work/table.hex" "$work/media.bin" --address 0x90200000 --probe "$probe"
say "4. Verify again, from a new connection"
run verify "$work/app.elf" "$work/table.hex" "$work/media.bin" --address 0x90200000 --probe "$probe"
say "5. Read back and compare with the files, byte by byte"
compare() { # range, expected file
    run read --range "$1" -o "$work/back.bin" --probe "$probe"
    cmp "$work/back.bin" "$2"
    echo "identical: $1, $(stat -c %s "$2") bytes"
}
compare "0x90200000+6M" "$work/media.bin"
for section in .text .graphics .settings; do
    "$tools/llvm-objcopy" -O binary --only-section=$section "$work/app.elf" "$work/part.bin"
    address=$("$tools/llvm-objdump" -h "$work/app.elf" | awk -v s=$section '$2 == s { print "0x" $4 }')
    compare "$address+$(stat -c %s "$work/part.bin")" "$work/part.bin"
done
for section in .first .second; do
    "$tools/llvm-objcopy" -O binary --only-section=$section "$work/table.elf" "$work/part.bin"
    address=$("$tools/llvm-objdump" -h "$work/table.elf" | awk -v s=$section '$2 == s { print "0x" $4 }')
    compare "$address+$(stat -c %s "$work/part.bin")" "$work/part.bin"
done
say "Done: everything that went in came back."
