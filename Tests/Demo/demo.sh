#!/usr/bin/env bash
# The main job on the simulated bench, as a user would type it: three image files of three kinds are programmed
# through the seed board's loader, verified, read back and compared byte by byte with what went in.
set -euo pipefail

extflash=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
probe="sim:stlink-v3,state=board"
cd "$work"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ extflash %s\n' "$*"; "$extflash" "$@"; }

say "Making the images: app.elf (three segments), table.hex, media.bin (6 MiB)"
target="--target=armv7em-none-eabi"
"$tools/clang" $target -mcpu=cortex-m7 -c "$here/application.s" -o application.o
"$tools/ld.lld" --entry=0x90000000 -T "$here/application.ld" application.o -o app.elf
"$tools/clang" $target -c "$here/table.s" -o table.o
"$tools/ld.lld" --entry=0x90000000 -T "$here/table.ld" table.o -o table.elf
"$tools/llvm-objcopy" -O ihex table.elf table.hex
# head ends the pipe early on purpose; seq's SIGPIPE is no failure.
(set +o pipefail; seq 1 2000000 | head -c 6291456) >media.bin
ls -l app.elf table.hex media.bin | awk '{print $5, $9}'

say "1. Which probes are there?"
run probes --probe "$probe"
say "2. What is behind it?"
run info --probe "$probe"
say "3. Program and verify"
run program app.elf table.hex media.bin --address 0x90200000 --probe "$probe"
say "4. Verify again, from a new connection"
run verify app.elf table.hex media.bin --address 0x90200000 --probe "$probe"
say "5. Read back and compare with the files, byte by byte"
compare() { # range, expected file
    run read --range "$1" -o back.bin --probe "$probe"
    cmp back.bin "$2"
    echo "identical: $1, $(stat -c %s "$2") bytes"
}
compare "0x90200000+6M" media.bin
for section in .text .graphics .settings; do
    "$tools/llvm-objcopy" -O binary --only-section=$section app.elf part.bin
    address=$("$tools/llvm-objdump" -h app.elf | awk -v s=$section '$2 == s { print "0x" $4 }')
    compare "$address+$(stat -c %s part.bin)" part.bin
done
for section in .first .second; do
    "$tools/llvm-objcopy" -O binary --only-section=$section table.elf part.bin
    address=$("$tools/llvm-objdump" -h table.elf | awk -v s=$section '$2 == s { print "0x" $4 }')
    compare "$address+$(stat -c %s part.bin)" part.bin
done
say "Done: everything that went in came back."
