#!/usr/bin/env bash
# The virtual machine's first process on the host's root: starts the device manager, runs the command, ends the machine.
#
# Gets the directory in which run.sh left the command and its surroundings.
set -uo pipefail

run=$1
here=$(cd "$(dirname "$0")" && pwd)
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
source "$here/guest.lib.sh"

mount -t tmpfs tmpfs /run
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
for stream in stdin:0 stdout:1 stderr:2; do ln -sf "/proc/self/fd/${stream#*:}" "/dev/${stream%:*}"; done
echo extflash-guest >/proc/sys/kernel/hostname

# Rules of the device manager itself, and ours as `make install-udev` installs them. Those that come with OpenOCD and its
# like would open the probes in their place.
own=$(dpkg-query --listfiles udev systemd 2>/dev/null)$'\n'
for rules in /{lib,etc}/udev/rules.d/*.rules; do
    [[ $own == *"/udev/rules.d/${rules##*/}"$'\n'* ]] || rm -f "$rules"
done
getent group plugdev >/dev/null || groupadd --system plugdev
install -D -m 644 "$here/../../../udev/60-extflash.rules" /etc/udev/rules.d/60-extflash.rules
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --subsystem-match=usb
udevadm settle --timeout=120 || echo "the device manager does not come to rest"

bus_run "$run"
