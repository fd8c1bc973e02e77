#!/bin/bash
# In the virtual machine of systemd.sh: what the running service does, seen from inside.
#
# Nothing waits for a time, everything for a state; limits are those of a slow machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
log=$work/log
slowness=30
source "$here/../USB/expectations.sh"
source "$here/../USB/vm/guest.lib.sh"
explain() {
    echo "The station's journal:"
    journalctl --unit extflashd --no-pager --output short-precise | tail -n 40 | sed 's/^/    | /'
    systemctl status --no-pager --lines 0 extflashd | sed 's/^/    | /'
}
trap '[ $? = 0 ] || explain' EXIT

property() { systemctl show --property "$1" --value extflashd; }
is_property() { [ "$(property "$1")" = "$2" ]; }
is_active() { [ "$(property ActiveState)/$(property SubState)" = active/running ]; }
# One line of `extflash station slots`, its columns apart by one space.
slot() { extflash station slots | tr -s ' ' | grep "^$1 "; }
slot_json() { # name
    extflash station slots --json | tr -d '\n' | sed 's/{ *"activity"/\n&/g' | grep "\"name\" : \"$1\""
}
has_probe() { slot_json "$1" >"$work/slot" && ! grep -q probeProblem "$work/slot"; }
lacks_probe() { slot_json "$1" >"$work/slot" && grep -q probeProblem "$work/slot"; }
# Lines of the journal with these fields.
journal_has() { # FIELD=VALUE…
    journalctl --no-pager --output json _SYSTEMD_UNIT=extflashd.service "$@" >"$work/journal" && [ -s "$work/journal" ]
}
restarts() { property NRestarts; }
has_restarted() { is_active && [ "$(property MainPID)" != "$1" ] && extflash station status; }
# Through a file: a reader that has seen enough would end the program that writes.
has_good_unit() { extflash unit list >"$work/units" && grep "$1 .*good" "$work/units"; }
program() { # slot, serial
    run 0 extflash job start --recipe product --slot "$1" --serial "$2" --progress none
    wait_until "the record of $2" 5 has_good_unit "$2"
    ok "$1 has programmed $2: $(grep "$2 " "$work/units" | tr -s ' ')"
}

printf '\nThe service\n'
wait_until "the station is active" 20 is_active
ok "$(property Type) service, $(property ActiveState), after $(cut -d ' ' -f 1 /proc/uptime) s: $(property StatusText)"
pid=$(property MainPID)
expect_equal "its user" "$(stat -c '%U %G' "/proc/$pid")" "extflash extflash"
grep "^Groups:.*\b$(getent group plugdev | cut -d : -f 3)\b" "/proc/$pid/status" >"$log" || fail "it is not in the group plugdev"
ok "it is in the group plugdev"
expect_equal "its socket" "$(stat -c '%A %U %G' /run/extflash/station.sock)" "srw-rw---- extflash extflash"
expect_equal "its folder" "$(stat -c '%A %U' /var/lib/extflash)" "drwx------ extflash"
systemd-analyze security extflashd --no-pager >"$log" 2>&1 || true
ok "systemd-analyze security: $(tail -n 1 "$log")"

printf '\nA unit on a simulated slot, with a hook\n'
cat >/usr/local/bin/line-hook <<'END'
#!/bin/sh
# Says in the station's folder what it was told and what it may do; adds a field to the unit.
{
    cat
    echo
    id -un
    touch /etc/written 2>/dev/null && echo "may write to /etc"
    touch /tmp/written && echo "may write to /tmp"
    grep -q "NoNewPrivs:.1" /proc/self/status && echo "gets no new privileges"
} >/var/lib/extflash/hook-"$1"
[ "$1" != ask ] || echo '{"lot": "L-7"}'
END
chmod 755 /usr/local/bin/line-hook
random_bytes "$work/app.bin" 16384 7 2>/dev/null || head -c 16384 /usr/bin/extflash >"$work/app.bin"
hash=$(sha256sum "$work/app.bin" | cut -d ' ' -f 1)
cat >"$work/product.yaml" <<END
schema: 1
name: product
title: A product
images: [{sha256: $hash, name: app.bin, address: 0x90000000}]
guards: {refuse-good-units: false}   # every simulated board has the same microcontroller
hooks:
  before: {command: [/usr/local/bin/line-hook, ask], timeout: 60 s}
  after: {command: [/usr/local/bin/line-hook, tell], timeout: 60 s}
END
run 0 extflash image put "$work/app.bin"
run 0 extflash recipe add "$work/product.yaml"
run 0 extflash recipe approve "$(sha256sum "$work/product.yaml" | cut -d ' ' -f 1)"
program A1 S1
wait_until "the hook after the unit" 5 grep -q privileges /var/lib/extflash/hook-tell
cp /var/lib/extflash/hook-ask "$log"
expect_text "the hook is told the unit" '"serial":"S1"'
expect_text "the hook's user" extflash
expect_text "the hook's sandbox" "gets no new privileges"
expect_text "the hook's folder for passing things" "may write to /tmp"
expect_equal "what the hook may write" "$(grep -c 'may write to /etc' "$log" || true)" 0
expect_equal "the hook's /tmp" "$(ls /tmp/written 2>&1 | grep -c 'No such file')" 1
wait_until "the journal has the unit" 5 journal_has EXTFLASH_SLOT=A1 EXTFLASH_SERIAL=S1
cp "$work/journal" "$log"
expect_text "the journal's fields" '"EXTFLASH_UNIT":"'
expect_equal "who wrote it" "$(grep -c '"SYSLOG_IDENTIFIER":"extflashd"' "$log")" "$(wc -l <"$log")"

printf '\nA probe on the USB of the kernel\n'
mkdir -p "$bus_state"
modprobe vhci-hcd
wait_until "the controller" 5 test -e "$bus_controller/status"
run 0 bus_request serve stlink-v3 cmsis-dap-v1
cp "$log" "$bus_state/server"
for number in 1 2; do bus_attach $number || fail "probe $number cannot be attached"; done
path_of() { basename "$(bus_device_on "$(cut -d . -f 1 "$bus_state/probe.$1")")"; }
{
    sed '/^http:/,$d' /etc/extflash/station.yaml
    echo "  - {name: U1, usb: $(path_of 1), board: stm32h745xi-w25q128}"
    echo "  - {name: U2, usb: $(path_of 2), board: stm32h745xi-w25q128}"
    sed -n '/^http:/,$p' /etc/extflash/station.yaml
} >"$work/station.yaml"
cp "$work/station.yaml" /etc/extflash/station.yaml
before=$(property MainPID)
run 0 systemctl reload extflashd
wait_until "the reloaded station has the new slots" 5 slot U2
expect_equal "the process after a reload" "$(property MainPID)" "$before"
node=$(bus_device_on "$(cut -d . -f 1 "$bus_state/probe.1")")
node=/dev/bus/usb/$(printf '%03d/%03d' "$(<"$node/busnum")" "$(<"$node/devnum")")
expect_equal "the probe's node" "$(stat -c '%A %U %G' "$node")" "crw-rw---- root plugdev"
for name in U1 U2; do wait_until "the station sees the probe of $name" 5 has_probe $name; done
ok "$(extflash station probes | grep -c '[0-9]-[0-9]') probes are seen by their places: $(path_of 1), $(path_of 2)"
program U1 S2
program U2 S3

printf '\nUnplugged and plugged in again\n'
bus_request control unplug 1 || fail "the plug cannot be pulled"
bus_await_departure 1 || fail "the probe does not leave"
start=$(milliseconds)
wait_until "the station misses the probe" 5 lacks_probe U1
ok "missing after $(($(milliseconds) - start)) ms: $(grep -o '"code" : "[A-Z-]*[0-9]*"' "$work/slot" | head -n 1)"
bus_request control plug 1 || fail "the plug cannot be put in"
bus_attach 1 || fail "the probe does not come back"
start=$(milliseconds)
wait_until "the station sees it again" 5 has_probe U1
ok "seen again after $(($(milliseconds) - start)) ms"
program U1 S4

printf '\nA file with a mistake\n'
sed 's/^title:/titel:/' "$work/station.yaml" >/etc/extflash/station.yaml
run 0 systemctl reload extflashd
wait_until "the journal tells the mistake" 5 journal_has PRIORITY=3
grep -o '"EXTFLASH_ERROR":"[^"]*"' "$work/journal" >"$log" || fail "the journal has no error code"
ok "told in the journal: $(tail -n 1 "$log")"
slot U1 >"$log" || fail "the mistake took a slot"
cp "$work/station.yaml" /etc/extflash/station.yaml

printf '\nKilled in mid-unit\n'
before=$(property MainPID)
run 0 extflash job start --recipe product --slot A1 --serial S5 --no-wait
wait_until "a unit is in work" 5 eval 'slot A1 | grep >/dev/null "^A1 running"'
systemctl kill --signal=KILL extflashd
wait_until "the station is started again" 10 has_restarted "$before"
run 0 extflash records verify
expect_text "the records" "Every record is as it was written"
wait_until "the unit is recorded as interrupted" 5 eval 'extflash unit list | grep >/dev/null "S5 .*interrupted"'
ok "$(extflash unit list | grep 'S5 ' | tr -s ' ')"
expect_equal "good units before it" "$(extflash unit list | grep -c ' good')" 4

printf '\nNo answer any more\n'
mkdir -p /run/systemd/system/extflashd.service.d
printf '[Service]\nWatchdogSec=20\n' >/run/systemd/system/extflashd.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart extflashd
wait_until "the station is active" 10 is_active
before=$(property MainPID)
fed=$(property WatchdogTimestampMonotonic)
wait_until "the watchdog is fed" 60 eval '[ "$(property WatchdogTimestampMonotonic)" -gt "$fed" ]'
ok "the watchdog is fed"
kill -STOP "$before"
wait_until "the watchdog has it started again" 90 has_restarted "$before"
journalctl --unit extflashd --no-pager | grep >/dev/null "Watchdog timeout" || fail "it was not the watchdog"
ok "stopped, it was killed and started again"

printf '\nAsked to stop\n'
run 0 extflash job start --recipe product --slot A2 --serial S6 --no-wait
wait_until "a unit is in work" 5 eval 'slot A2 | grep >/dev/null "^A2 running"'
run 0 systemctl stop extflashd
expect_equal "how it ended" "$(property Result) $(property ExecMainStatus)" "success 0"
run 0 extflash records verify --state /var/lib/extflash
expect_text "the records" "Every record is as it was written"
run 0 systemctl start extflashd
wait_until "the station is active" 10 is_active
extflash unit list >"$log"
expect_equal "the unit that was in work" "$(tr -s ' ' <"$log" | grep 'S6 ' | grep -cE ' (good|cancelled)')" 1
run 0 systemctl stop extflashd

printf '\nThe flash, read by another program\n'
for number in 1 2; do
    run 0 extflash verify "$work/app.bin" --address 0x90000000 --probe "$(path_of $number)" \
        --board stm32h745xi-w25q128 --progress none
    ok "$(path_of $number): $(tail -n 1 "$log")"
done
