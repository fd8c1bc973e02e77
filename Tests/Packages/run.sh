#!/usr/bin/env bash
# Installs the Debian packages in a bare Debian 12 root, uses program and station there, upgrades and removes them:
# what the station keeps stays.
#
#   run.sh FOLDER-WITH-DEBS     (as root; 77: this machine cannot make such a root)
set -euo pipefail
debs=$(realpath "$1")
[ "$(id -u)" = 0 ] || { echo "SKIPPED: making a root directory takes root"; exit 77; }
work=$(mktemp -d)
root=$work/root
leave() {
    for pid in "${station:-}"; do [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    ! mountpoint -q "$root/proc" || umount "$root/proc"
    rm -rf "$work"
}
trap leave EXIT
fail() { [ ! -f "$work/log" ] || tail -n 30 "$work/log" | sed 's/^/    | /'; echo "  FAILED: $1"; exit 1; }
ok() { echo "  ok  $1"; }
clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
inside() { "${clean[@]}" chroot "$root" "$@"; }

base=$("$(dirname "$0")/root.sh" bare libusb-1.0-0 libsqlite3-0 libpq5 systemd ca-certificates 2>"$work/log") ||
    fail "no bare Debian 12 could be made"
cp -a "$base" "$root"
mount -t proc proc "$root/proc"
cp "$debs"/*.deb "$root/tmp/"
# The same packages as an earlier version, to upgrade from.
mkdir "$root/tmp/older"
for deb in "$debs"/*.deb; do
    dpkg-deb -R "$deb" "$work/older"
    sed -i 's/^Version: .*/Version: 0.0.9/; s/(= [^)]*)/(= 0.0.9)/' "$work/older/DEBIAN/control"
    dpkg-deb -Znone -b "$work/older" "$root/tmp/older/" >"$work/log" || fail "no earlier version can be packed"
    rm -r "$work/older"
done

printf '\nInstalling\n'
inside sh -c 'dpkg -i /tmp/older/*.deb' >"$work/log" 2>&1 || fail "the packages do not install"
ok "$(inside dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}, ' extflash extflashd)"
inside getent passwd extflash >"$work/log" || fail "there is no user extflash"
inside systemctl is-enabled extflashd >"$work/log" 2>&1 || fail "the service is not enabled"
for file in /usr/share/man/man1/extflash.1.gz /usr/share/man/man1/extflashd.1.gz /lib/udev/rules.d/60-extflash.rules \
    /lib/systemd/system/extflashd.service /usr/share/bash-completion/completions/extflashd; do
    [ -e "$root$file" ] || fail "there is no $file"
done
ok "user, service, manual pages, completions and rules are there"
[ "$(cat "$root/var/lib/dpkg/info/extflashd.conffiles")" = /etc/extflash/station.yaml ] || fail "the station file is no conffile"

printf '\nThe program\n'
inside extflash info --probe sim:stlink-v3 >"$work/log" 2>&1 || fail "extflash info ended with $?"
grep -q W25Q128 "$work/log" || fail "extflash info does not name the flash"
ok "$(grep -m 1 W25Q128 "$work/log" | tr -s ' ')"

printf '\nThe service\n'
inside systemd-analyze verify --man=no /lib/systemd/system/extflashd.service >"$work/log" 2>&1 || fail "the unit file has mistakes"
ok "the unit file is as systemd wants it"
# Where it could not go on for long, it does not begin.
umount "$root/proc"
status=0
inside extflashd >"$work/log" 2>&1 || status=$?
mount -t proc proc "$root/proc"
[ "$status" = 61 ] && grep -q 'STN-034' "$work/log" || fail "without /proc the station ended with $status"
ok "without /proc it says so: $(head -n 1 "$work/log")"
# As the unit file starts it; a root directory without a running systemd has no other way.
command=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/extflashd.service")
inside install -d -o extflash -g extflash -m 700 /var/lib/extflash
inside install -d -o extflash -g extflash /run/extflash
# Takes the loopback interface up (SIOCSIFFLAGS), then becomes the program that is named.
loopback='import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))
os.execvp(sys.argv[1], sys.argv[1:])'
start() {
    # What is started becomes the station itself, so that it can be asked to end. Its ports are not those of this machine.
    (exec unshare --net python3 -c "$loopback" "${clean[@]}" chroot "$root" \
        setpriv --reuid extflash --regid extflash --init-groups $command) >"$work/log" 2>&1 &
    station=$!
    for _ in $(seq 200); do
        [ "$(ask /ready 2>/dev/null)" = ready ] && return
        kill -0 $station 2>/dev/null || fail "the station ended"
        sleep 0.1
    done
    fail "the station does not answer"
}
stop() {
    kill -TERM $station
    wait $station || fail "the station ended with $?"
    station=
}
ask() { curl -sS --unix-socket "$root/run/extflash/station.sock" "http://station$1" "${@:2}"; }
start
ok "it answers on its socket: $(ask /ready)"
[ "$(stat -c %a "$root/run/extflash/station.sock")" = 660 ] || fail "anybody may open the socket"
ask /v1/pools -d '{"name": "kept", "kind": "counter", "first": "1", "last": "9"}' >"$work/log" || fail "no pool of serial numbers"
stop
ok "it stops when it is asked to"

printf '\nUpgrade, removal, purge\n'
echo "# by the engineer" >>"$root/etc/extflash/station.yaml"
inside sh -c 'dpkg -i /tmp/extflash_*.deb /tmp/extflashd_*.deb' >"$work/log" 2>&1 || fail "the upgrade failed"
tail -n 1 "$root/etc/extflash/station.yaml" | grep engineer >/dev/null || fail "the upgrade took the engineer's station file"
start
ask /v1/pools/kept | grep >/dev/null '"name":"kept"' || fail "the upgrade lost what the station kept"
stop
! inside dpkg-query -W -f '${Version}\n' extflash extflashd | grep >/dev/null '^0\.0\.9$' || fail "the earlier version is still there"
ok "an upgrade keeps station file and memory"
inside extflash records verify --state /var/lib/extflash >"$work/log" 2>&1 || fail "the records are not whole"
grep -q "Every record is as it was written" "$work/log" || fail "extflash does not find extflashd"
inside dpkg --remove extflashd extflash >"$work/log" 2>&1 || fail "they cannot be removed"
[ -e "$root/etc/extflash/station.yaml" ] || fail "the removal took the station file, which only a purge may"
inside dpkg --purge extflashd extflash >>"$work/log" 2>&1 || fail "they cannot be purged"
[ -s "$root/var/lib/extflash/station.db" ] || fail "the records are gone"
ok "records stay when the packages are purged"
[ ! -e "$root/etc/extflash/station.yaml" ] || fail "the purge left the station file"
ok "a removal keeps the station file, a purge takes it"
[ ! -e "$root/usr/bin/extflash" ] && [ ! -e "$root/usr/bin/extflashd" ] || fail "a program stayed"
