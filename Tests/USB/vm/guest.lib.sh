# Sourced in the virtual machine: asks the host, and plugs in what it serves. Names start with `bus_` here.

# `server` holds the server's port, `probe.N` what stands for probe N in bus_attached.
bus_state=/run/extflash-bus
bus_controller=/sys/devices/platform/vhci_hcd.0

# The device file of a channel to the host.
bus_channel() { # name
    local entry
    for entry in /sys/class/virtio-ports/*; do
        if [ "$(<"$entry/name")" = "$1" ]; then
            echo "/dev/${entry##*/}"
            return
        fi
    done
    echo "the machine has no channel $1" >&2
    return 1
}

# Tells bus-host.sh something, prints its answer and returns its status.
bus_request() ( # words
    file=$(bus_channel extflash.bus) || exit 1
    open() { exec 7<>"$file"; } 2>/dev/null
    # The kernel opens it for one at a time.
    bus_await 300 "another request to the host" open || exit 1
    tag=$BASHPID.$SRANDOM
    printf '%s\n' "$tag $*" >&7
    answered=
    # Somebody else may have gone before the answer came.
    while [ "$answered" != "$tag" ]; do
        read -r -t 300 -u 7 answered status lines || { echo "the host does not answer '$*'" >&2; exit 1; }
    done
    for ((; lines > 0; lines--)); do
        IFS= read -r -t 60 -u 7 line || { echo "the host's answer to '$*' is cut" >&2; exit 1; }
        printf '%s\n' "$line"
    done
    exit "$status"
)

# Tries a command until it succeeds.
bus_await() { # seconds, what takes so long, command
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $deadline ] || { echo "$what takes too long" >&2; return 1; }
        sleep 0.02
    done
}

# What hangs on the kernel's ports: PORT.DEVICE, where DEVICE is the server's number for it, new with each plug, and 0 before
# it is enumerated. A line has hub, port, state (4 is free), speed, device, …; the first one titles.
bus_attached() {
    local hub port state speed device rest
    while read -r hub port state speed device rest; do
        [ "$hub" = hub ] || [ "$state" = 004 ] || echo "$((10#$port)).$device"
    done <"$bus_controller/status"
}
bus_has() { # pattern of what bus_attached tells
    # shellcheck disable=SC2053
    [[ $'\n'$(bus_attached)$'\n' == *$'\n'$1$'\n'* ]]
}

# Where sysfs has what hangs on a port. Probes are never faster than high speed, so they are on that hub, whose ports
# count from 1.
bus_device_on() { # port
    local hub device
    for hub in "$bus_controller"/usb[0-9]*; do
        [ "$(<"$hub/speed")" = 480 ] || continue
        device=$hub/${hub##*/usb}-$(($1 + 1))
        [ -e "$device" ] && echo "$device" && return
    done
    return 1
}

# The kernel has configured the device, and the device manager has given it its node.
bus_is_there() { # port
    local device node
    device=$(bus_device_on "$1") || return 1
    # Either may go again at any time.
    { [ -n "$(<"$device/bConfigurationValue")" ] && node=$(<"$device/dev"); } 2>/dev/null || return 1
    [ -e "/run/udev/data/c$node" ]
}
bus_is_gone() { # PORT.DEVICE
    # Another one may hang on its port meanwhile.
    ! bus_has "$1" && { bus_has "${1%.*}.*" || ! bus_device_on "${1%.*}" >/dev/null; }
}

# The device manager is done with what came or went, interfaces and their drivers' nodes too.
bus_settle() { udevadm settle --timeout=120 || { echo "the device manager does not come to rest" >&2; return 1; }; }

# Plugs in a probe that the host serves.
bus_attach() { # number
    local before each port=
    before=$'\n'$(bus_attached)
    timeout 120 usbip --tcp-port "$(<"$bus_state/server")" attach --remote=10.0.2.2 --busid="1-$1" \
        >"$bus_state/usbip" 2>&1 || {
        cat "$bus_state/usbip" >&2
        echo "usbip cannot attach probe $1" >&2
        return 1
    }
    for each in $(bus_attached); do
        [[ $before == *$'\n'"${each%.*}".* ]] || port=${each%.*}
    done
    [ -n "$port" ] || { echo "the kernel has no port for probe $1" >&2; return 1; }
    bus_await 120 "the enumeration of probe $1" bus_is_there "$port" || return 1
    for each in $(bus_attached); do
        [ "${each%.*}" != "$port" ] || echo "$each" >"$bus_state/probe.$1"
    done
    bus_settle
}

# Waits until a probe whose plug was pulled has left.
bus_await_departure() { # number
    [ -e "$bus_state/probe.$1" ] || return 0
    bus_await 120 "the departure of probe $1" bus_is_gone "$(<"$bus_state/probe.$1")" && bus_settle
}

# Takes every probe off the bus.
bus_detach_all() {
    local each status=0 attached
    attached=$(bus_attached)
    [ -n "$attached" ] || return 0
    for each in $attached; do
        # It may have gone by itself meanwhile.
        usbip detach --port="${each%.*}" >/dev/null 2>&1 || true
    done
    for each in $attached; do
        bus_await 120 "the departure of what hangs on port ${each%.*}" bus_is_gone "$each" || status=1
    done
    bus_settle || status=1
    return $status
}

# Runs the command that run.sh left in a directory, and ends the machine.
bus_run() { # directory
    local status output
    # What the kernel says from now on is about the probes.
    dmesg --clear
    bus_request started "$(uname -r)" "$(cut -d ' ' -f 1 /proc/uptime)" >/dev/null
    output=$(bus_channel extflash.output)
    # Through a pipe: programs may open their standard output again, the port only once.
    bash "$1/command" 2>&1 </dev/null | cat >"$output"
    status=${PIPESTATUS[0]}
    [ "$status" = 0 ] || { echo "The kernel's last words:"; dmesg | tail -n 50; } >/dev/console
    bus_request finished "$status" >/dev/null
    # Reboot; QEMU ends instead.
    echo b >/proc/sysrq-trigger
    sleep 10
}
