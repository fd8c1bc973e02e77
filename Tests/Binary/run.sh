#!/usr/bin/env bash
# The program as it travels: alone with the libraries of a bare Debian 12 and libusb, in a root directory that holds
# nothing else, first without /proc, then with it; and what signals do to it, which only a process of its own shows.
#
#   run.sh EXTFLASH
set -euo pipefail

extflash=$(realpath "$1")
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
fail() {
    [ ! -f "$log" ] || sed 's/^/    | /' "$log"
    echo "  FAILED: $1"
    exit 1
}
ok() { echo "  ok  $1"; }

# What a machine with Debian 12 and its package libusb-1.0-0 has: libc6, the libgcc-s1 that this one depends on, and
# libusb with what it needs itself.
allowed="libusb-1.0.so.0 libudev.so.1 libgcc_s.so.1 libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 ld-linux-x86-64.so.2
    ld-linux-aarch64.so.1"
newest_glibc=2.36

printf '\nWhat is in the file\n'
"$tools/llvm-objdump" -p "$extflash" >"$work/headers"
for library in $(awk '$1 == "NEEDED" { print $2 }' "$work/headers"); do
    case " ${allowed//$'\n'/ } " in
    *" $library "*) ok "needs $library" ;;
    *) fail "needs $library, which a Debian 12 without Swift may not have: link it statically (STATIC in the Makefile)" ;;
    esac
done
! grep -E '^ *(RPATH|RUNPATH) ' "$work/headers" || fail "libraries are looked for where this one lies"
newest=$(grep -o 'GLIBC_[0-9.]*' "$work/headers" | cut -d_ -f2 | sort -V | tail -n 1)
[ "$(printf '%s\n' "$newest" "$newest_glibc" | sort -V | tail -n 1)" = "$newest_glibc" ] ||
    fail "needs glibc $newest; Debian 12 has $newest_glibc: build it there"
ok "needs glibc $newest"
sources=$(realpath "$(dirname "$0")/../..")
! grep -qaF "$sources/" "$extflash" || fail "has the path $sources in it"
ok "has no path of the machine it was built on; $(stat -c %s "$extflash") bytes"

printf '\nA root directory with it and those libraries alone\n'
root=$work/root
mkdir -p "$root"/{bin,data,proc}
cp "$extflash" "$root/bin/extflash"
env -u LD_LIBRARY_PATH -u LD_PRELOAD ldd "$extflash" >"$log" || fail "a library it needs is missing"
# `NAME => PATH (ADDRESS)`, or the loader's own path.
while read -r path; do
    case " ${allowed//$'\n'/ } " in
    *" ${path##*/} "*) ;;
    *) fail "libusb needs ${path##*/}, which is not on the list of what Debian 12 has" ;;
    esac
    mkdir -p "$root${path%/*}"
    cp -L "$path" "$root$path"
done < <(awk '$2 == "=>" { print $3; next } $1 ~ /^\// { print $1 }' "$log")
ok "$(cd "$root" && find . -type f | sort | tr '\n' ' ')"

# Changing the root takes privileges; an ordinary user has them in a user namespace.
namespace=(unshare --mount)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
if ! "${namespace[@]}" true 2>"$log"; then
    [ "${CI:-}" != true ] || fail "left out: this machine allows no namespaces"
    echo "SKIPPED: this machine allows no namespaces: $(cat "$log")"
    exit
fi
bare() { # `--proc` or nothing, then extflash's words
    local prepare=:
    [ "$1" != --proc ] || { prepare='mount --rbind /proc "$0/proc"' && shift; }
    env -i PATH="$PATH" "${namespace[@]}" sh -c \
        "$prepare"' && exec env -i "$(command -v chroot)" "$0" /bin/extflash "$@"' "$root" "$@"
}
run() {
    printf '  $ extflash %s\n' "${*/#--proc/}"
    bare "$@" >"$log" 2>&1 || fail "ended with $?"
}
(set +o pipefail; seq 1000000 | head -c 300000) >"$root/data/image.bin"

for proc in "" --proc; do
    printf '\n%s\n' "${proc:+With /proc}${proc:-Without /proc}"
    run $proc --version
    [ "$(cat "$log")" = "$("$extflash" --version)" ] || fail "another version than outside"
    run $proc config list
    for name in "$sources"/Config/*/*.yaml; do
        grep -qF "$(basename "$name" .yaml)" "$log" || fail "$name is not built in"
    done
    for kind in board flash target; do
        run $proc $kind list
        ! grep -F "warning" "$log" || fail "$kind list warns"
    done
    run $proc loader inspect w25q128-stm32h745xi-bk2
    run $proc probes --probe sim:stlink-v3
    rm -rf "$root/data/chip" "$root"/data/*.hex
    probe=sim:stlink-v3,state=/data/chip
    run $proc info --probe $probe
    run $proc program /data/image.bin --address 0x90012345 --probe $probe
    run $proc verify /data/image.bin --address 0x90012345 --probe $probe
    # A new file, then one in its place.
    for length in 100000 300000; do
        run $proc read --range 0x90012345+$length -o /data/back.bin --probe $probe
        cmp -n $length "$root/data/back.bin" "$root/data/image.bin" || fail "other bytes came back"
        [ "$(stat -c %s "$root/data/back.bin")" = $length ] || fail "not $length bytes came back"
    done
    bare $proc read --range 0x90012345+1000 -o - --format bin --probe $probe 2>"$log" | cmp -n 1000 - "$root/data/image.bin" ||
        fail "other bytes came to standard output"
    [ "$(ls -A "$root/data")" = $'back.bin\nchip\nimage.bin' ] || fail "left behind: $(ls -A "$root/data")"
    ok "the job is done, and nothing is left behind"
    # No USB here at all: said so, and nothing worse.
    bare $proc probes >"$log" 2>&1 && status=0 || status=$?
    [ $status -lt 128 ] && grep -qF "No probe found" "$log" || fail "without USB it ended with $status"
    ok "without USB: $(head -n 1 "$log")"
done

printf '\nSignals\n'
fifo=$work/words
mkfifo "$fifo"
job="program --full --progress none -vvv $root/data/image.bin --address 0x90012345 --probe sim:stlink-v3"
# Signals a job as soon as it says its first word, which cannot end before: its words fill the pipe until they are read.
# Its exit status is $status, its words are in $log.
interrupted() { # signals, words before extflash
    local signals=$1 signal
    shift
    # Job control, or the shell lets a background process ignore SIGINT.
    set -m
    "$@" "$extflash" $job --json >"$work/report" 2>"$fifo" &
    local process=$!
    set +m
    exec 7<"$fifo"
    head -c 1 <&7 >"$log"
    for signal in $signals; do kill -"$signal" $process; done
    cat <&7 >>"$log"
    exec 7<&-
    status=0
    wait $process || status=$?
}
for signal in INT TERM HUP; do
    # What started this script may ignore them, and whoever ignores them hands that on.
    interrupted $signal env --default-signal=INT,TERM,HUP
    [ $status = 130 ] || fail "after SIG$signal it ended with $status instead of 130"
    grep -qF "stopping after the current step" "$log" || fail "says nothing of SIG$signal"
    grep -q '"class" *: *"cancelled"' "$work/report" || fail "the document says nothing of SIG$signal"
    ok "SIG$signal: stopped, with $(wc -c <"$work/report") bytes of report"
done
interrupted HUP nohup
[ $status = 0 ] || fail "a job under nohup ended with $status after SIGHUP"
ok "SIGHUP under nohup: the job was finished"
