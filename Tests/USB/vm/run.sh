#!/usr/bin/env bash
# Runs a command in a virtual machine in which the virtual probes hang on Linux's own USB stack:
#     run.sh EXTFLASH COMMAND ARG…
#
# QEMU emulates the processor; the kernel is Debian's, the file system is this machine's own, whose changes the machine
# keeps in its memory. EXTFLASH serves the probes out here over USB/IP. Suites ask for them through Tests/USB/bus-vm.sh.
#
# EXTFLASH_VM_ROOT=DIR boots that directory with its own init instead, which has a service that runs the command, as
# Tests/Packages/systemd.sh makes one; COMMAND is a path in the host's file system, which the machine has below /host.
#
# The command's output comes as it is made, its exit status is the status here. Ends with 77 where the machine cannot
# run, and says why; where CI=true that is a failure.
set -euo pipefail

extflash=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# Seconds without a word after which it is taken for dead; a suite may be silent for as long as on_bus allows.
limit=${EXTFLASH_VM_LIMIT:-1200}

skip() { # reason
    echo "SKIPPED: no virtual machine: $1"
    [ "${CI:-}" != true ] || exit 1
    exit 77
}

[ "$(uname -m)" = x86_64 ] || skip "it runs this machine's programs, and those are for $(uname -m)"
for program in qemu-system-x86_64 setpriv; do
    command -v $program >/dev/null || skip "$program is not installed"
done
base=${EXTFLASH_VM_ROOT:-}
[ -z "$base" ] || base=$(realpath "$base")
for program in /usr/sbin/usbip /lib/systemd/systemd-udevd /usr/bin/udevadm; do
    [ -x "$base$program" ] || skip "$program, which runs inside, is not installed"
done
qemu-system-x86_64 -device help 2>&1 | grep >/dev/null '"virtio-9p-pci"' || skip "this QEMU cannot pass a file system on (9p)"
status=0
machine=$("$here/prepare.sh" "$root/.build/vm") || status=$?
machine=$(tail -n 1 <<<"$machine")
[ $status != 77 ] || skip "$machine"
[ $status = 0 ] || { echo "FAILED: the virtual machine cannot be made: $machine" && exit 1; }

run=$(mktemp -d)
children=()
finish() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait
    rm -rf "$run"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
trap 'exit 141' PIPE
[[ "$here$run" != *[[:space:]]* ]] || skip "the path of this checkout or of TMPDIR has a space"

# The command and its surroundings.
{
    for variable in PATH HOME CI; do
        [ -n "$base" ] || printf 'export %s=%q\n' $variable "${!variable:-}"
    done
    # Inside it is root, who has these.
    echo 'export PATH=$PATH:/usr/sbin:/sbin LANG=C.UTF-8 EXTFLASH_USB_BUS=vm'
    [ -n "$base" ] || printf 'cd %q\n' "$PWD"
    [ -z "$base" ] || printf %s /host
    printf '%q ' "$@"
    echo
} >"$run/command"

mkfifo "$run"/{bus,output}.{in,out}
# It and QEMU end with this script, however that ends.
setpriv --pdeathsig TERM "$here/bus-host.sh" "$extflash" "$run" &
children+=("$!")

# A panic restarts the machine at once, and QEMU ends instead. The rest spares emulated work at boot.
arguments="console=ttyS0 quiet panic=-1 nokaslr norandmaps mitigations=off no_timer_check tsc=reliable apparmor=0 audit=0 \
cryptomgr.notests random.trust_cpu=on extflash.guest=$here/guest.sh extflash.run=$run"
if [ -n "$base" ]; then
    # Its init gets no settings of this machine's, only what keeps the emulated one small.
    arguments+=" extflash.root=$base net.ifnames=0 systemd.show_status=0 systemd.mask=serial-getty@ttyS0.service \
systemd.mask=getty@tty1.service systemd.setenv=EXTFLASH_VM_RUN=/host$run"
fi
start=$(date +%s%N)
# One processor: with two, each transfer would wait for the emulated interrupt of the other.
setpriv --pdeathsig KILL qemu-system-x86_64 \
    -accel tcg -cpu max,-erms -machine q35 -smp 1 -m 1024 -nodefaults -no-user-config -no-reboot \
    -display none -monitor none -serial "file:$run/console" \
    -kernel "$machine/vmlinux" -initrd "$machine/initrd" -append "$arguments" \
    -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=host,mount_tag=host \
    -netdev user,id=network,ipv6=off -device virtio-net-pci,netdev=network,romfile= \
    -device virtio-serial-pci \
    -chardev "pipe,id=bus,path=$run/bus" -device virtserialport,chardev=bus,name=extflash.bus \
    -chardev "pipe,id=output,path=$run/output" -device virtserialport,chardev=output,name=extflash.output \
    </dev/null &
qemu=$!
children+=("$qemu")
# Passes on what the machine says, and ends it when it has said nothing for too long: how long all takes depends on what
# else this machine does.
relay() {
    local line status=0
    while IFS= read -r -t "$limit" line || { status=$? && false; }; do printf '%s\n' "$line"; done
    printf '%s' "$line"
    [ "$status" -le 128 ] || { : >"$run/silent" && kill -KILL "$qemu"; }
}
# Nobody has to wait for a machine whose output nobody reads.
{ relay <"$run/output.out" | cat || kill "$qemu"; } &
output=$!
ended=0
wait "$qemu" || ended=$?
# Had QEMU not even opened it, the reader would wait for ever.
: <>"$run/output.out"
wait "$output" || true
seconds=$((($(date +%s%N) - start) / 1000000000))

if [ -f "$run/status" ]; then
    read -r kernel booted <"$run/started"
    echo "virtual machine: Linux $kernel, up after $booted s, ended after $seconds s"
    status=$(<"$run/status")
    [ "$status" = 0 ] || sed 's/^/    | /' "$run/console" | tail -n 50
    exit "$status"
fi
if [ -f "$run/silent" ]; then
    echo "FAILED: the virtual machine said nothing for $limit s"
elif grep -q 'Kernel panic' "$run/console" 2>/dev/null; then
    echo "FAILED: the virtual machine's kernel panicked after $seconds s"
else
    echo "FAILED: the virtual machine ended early, after $seconds s; QEMU ended with $ended"
fi
echo "Its console:"
tail -n 60 "$run/console" 2>/dev/null | sed 's/^/    | /'
exit 1
