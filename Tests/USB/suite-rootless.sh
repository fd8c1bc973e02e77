#!/usr/bin/env bash
# The private bus for an ordinary user: no privileges, only a user namespace.
set -euo pipefail
source "$(dirname "$0")/checks.sh"
only_on private "the private bus is the matter; a virtual machine has one of its kernel's"

if [ "$(id -u)" != 0 ]; then
    echo "run as an ordinary user already: every suite checks this"
    exit 77
fi
user=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
"${user[@]}" unshare --user --map-root-user --mount true 2>"$log" ||
    skip "this machine allows no user namespaces: $(cat "$log")"

# An installation that this user may read, wherever the program lies: in a build tree, or installed.
chmod 711 "$work"
prefix=$work/prefix
mkdir -p "$prefix/bin" "$work/home"
cp "$extflash" "$prefix/bin/"
chmod -R a+rX "$prefix"
random_bytes "$work/home/image.bin" 65536 11
chown -R 65534:65534 "$work/home"

# Probes, then the command; its output goes to the log.
as_user() {
    local options=() probe
    for probe in $1; do options+=(--probe "$probe"); done
    shift
    (cd "$work/home" && HOME=$work/home timeout --kill-after=5 300 \
        "${user[@]}" "$prefix/bin/extflash" simulate "${options[@]}" -- "$@") >"$log" 2>&1
}

cat >"$work/home/job" <<END
set -e
extflash='$prefix/bin/extflash'
\$extflash probes
\$extflash info --progress none
\$extflash program image.bin --address 0x90012345 --progress none
\$extflash read --range 0x90012345+65536 -o back.bin --progress none
\$extflash simulate control unplug 1
\$extflash probes
\$extflash simulate control plug 1
\$extflash verify image.bin --address 0x90012345 --progress none
END
for probe in stlink-v2 stlink-v3 cmsis-dap-v1 cmsis-dap-v2; do
    printf '\n%s\n' "$probe"
    rm -f "$work/home/back.bin"
    as_user "$probe" id -u || fail "id"
    expect_equal "who the program is in its namespace" "$(cat "$log")" 0
    as_user "$probe" sh job || fail "extflash as an ordinary user"
    expect_same "programmed and read back" "$work/home/back.bin" "$work/home/image.bin"
    expect_equal "probes seen while the plug is out" "$(grep -cF "No probe found." "$log")" 1
done

printf '\nOther programs\n'
as_user stlink-v2-1 st-info --probe || fail "st-info --probe"
expect_equal "what st-info finds" "$(head -n 1 "$log")" "Found 1 stlink programmers"
as_user stlink-v3 openocd -c "gdb_port disabled; tcl_port disabled; telnet_port disabled" \
    -f interface/stlink.cfg -c "transport select hla_swd" -f target/stm32h7x.cfg \
    -c "init; halt; mww 0x24000000 0x12345678; echo word=[read_memory 0x24000000 32 1]; shutdown" || fail "openocd"
expect_equal "a word that OpenOCD wrote" "$(sed -n 's/^word=//p' "$log")" 0x12345678

printf '\nNothing is left behind\n'
expect_equal "mounts in the caller's namespace" "$(grep -c extflash /proc/self/mountinfo || true)" 0
