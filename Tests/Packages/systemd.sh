#!/usr/bin/env bash
# Boots a Debian 12 with the packages in a virtual machine, systemd as its first process, and looks from inside whether the
# service does what its unit file says, with a probe on the kernel's USB stack too; see station-checks.sh.
#
#     systemd.sh EXTFLASH FOLDER-WITH-DEBS     (as root; 77: this machine cannot run it)
#
# EXTFLASH serves the probes out here, as in Tests/USB/vm.
set -euo pipefail
extflash=$(realpath "$1")
debs=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
vm=$here/../USB/vm
skip() { # reason
    echo "SKIPPED: $1"
    [ "${CI:-}" != true ] || exit 1
    exit 77
}
fail() { [ ! -f "$work/log" ] || tail -n 30 "$work/log" | sed 's/^/    | /'; echo "  FAILED: $1"; exit 1; }
[ "$(id -u)" = 0 ] || skip "making a root directory takes root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

base=$("$here/root.sh" booting libusb-1.0-0 libsqlite3-0 libpq5 systemd systemd-sysv ca-certificates udev dbus kmod usbip \
    2>"$work/log") || fail "no Debian 12 that boots could be made"
status=0
machine=$("$vm/prepare.sh" "$here/../../.build/vm") || status=$?
machine=$(tail -n 1 <<<"$machine")
[ $status != 77 ] || skip "$machine"
[ $status = 0 ] || fail "the virtual machine cannot be made: $machine"
cp -a "$base" "$root"
cp "$debs"/*.deb "$root/tmp/"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    chroot "$root" sh -c 'dpkg -i /tmp/*.deb && rm /tmp/*.deb' >"$work/log" 2>&1 || fail "the packages do not install"

# The drivers that prepare.sh took out of Debian's kernel package, for udev and modprobe.
release=${machine##*/linux-image-}
release=${release%%_*}
mkdir -p "$root/lib/modules/$release/kernel"
cp "$machine"/modules/*.ko* "$root/lib/modules/$release/kernel/"
touch "$root/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}
depmod -b "$root" "$release"
# Not the first boot of a machine, which would be set up; and nothing that wants the network by itself.
systemd-machine-id-setup --root="$root" >"$work/log" 2>&1 || fail "the machine gets no id"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nRateLimitIntervalSec=0\n' >"$root/etc/systemd/journald.conf.d/checks.conf"
cat >"$root/etc/systemd/system/checks.service" <<END
[Unit]
Description=What is looked at from inside
After=extflashd.service

[Service]
Type=simple
ExecStart=/bin/bash -c '. "/host$here/../USB/vm/guest.lib.sh"; bus_run "\$EXTFLASH_VM_RUN"'
StandardInput=null
END
ln -s ../checks.service "$root/etc/systemd/system/multi-user.target.wants/checks.service"

status=0
EXTFLASH_VM_ROOT=$root "$vm/run.sh" "$extflash" "$here/station-checks.sh" || status=$?
exit $status
