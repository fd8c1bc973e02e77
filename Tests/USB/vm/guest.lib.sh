# Sourced in the virtual machine: asks the host, and plugs in what it serves.

# `server` holds the server's port, `probe.N` the kernel's port that probe N hangs on.
bus_state=/run/extflash-bus
vhci=/sys/devices/platform/vhci_hcd.0

# The device file of a channel to the host.
channel() { # name
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
request() { # words
    (
        # One at a time; the channel can be opened only once.
        exec 8>/run/lock/extflash-bus
        flock -w 120 8 || { echo "another request to the host takes too long" >&2; exit 1; }
        exec 7<>"$(channel extflash.bus)" || exit 1
        printf '%s\n' "$*" >&7
        read -r -t 60 -u 7 status lines || { echo "the host does not answer '$*'" >&2; exit 1; }
        for ((; lines > 0; lines--)); do
            IFS= read -r -t 10 -u 7 line || { echo "the host's answer to '$*' is cut" >&2; exit 1; }
            printf '%s\n' "$line"
        done
        exit "$status"
    )
}

# Tries a command until it succeeds.
wait_until() { # seconds, what for, command
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $deadline ] || { echo "$what takes too long" >&2; return 1; }
        sleep 0.05
    done
}

# The kernel's ports that something hangs on. A line has hub, port, state (4 is free), speed, …; the first one titles.
used_ports() {
    local hub port state rest
    while read -r hub port state rest; do
        [ "$hub" = hub ] || [ "$state" = 004 ] || echo $((10#$port))
    done <"$vhci/status"
}

# Where sysfs has what hangs on a port. Probes are never faster than high speed, so they are on that hub, whose ports
# count from 1.
device_on() { # port
    local hub
    for hub in "$vhci"/usb[0-9]*; do
        [ "$(<"$hub/speed")" = 480 ] || continue
        local device=$hub/${hub##*/usb}-$(($1 + 1))
        [ -e "$device" ] && echo "$device" && return
    done
    return 1
}

# The kernel has configured the device, and the device manager is done with it.
is_there() { # port
    local device node
    device=$(device_on "$1") || return 1
    # Either may go again at any time.
    { [ -n "$(<"$device/bConfigurationValue")" ] && node=$(<"$device/dev"); } 2>/dev/null || return 1
    udevadm settle --timeout=20
    [ -e "/run/udev/data/c$node" ]
}
is_gone() { # port
    [[ $'\n'$(used_ports)$'\n' != *$'\n'$1$'\n'* ]] && ! device_on "$1" >/dev/null
}

# Plugs in a probe that the host serves.
attach_probe() { # number
    local before port
    before=$(used_ports)
    timeout 20 usbip --tcp-port "$(cat "$bus_state/server")" attach --remote=10.0.2.2 --busid="1-$1" || {
        echo "usbip cannot attach probe $1" >&2
        return 1
    }
    port=$(used_ports | grep -vxF -m 1 "${before:-none}") || {
        echo "the kernel has no port for probe $1" >&2
        return 1
    }
    echo "$port" >"$bus_state/probe.$1"
    wait_until 20 "the enumeration of probe $1" is_there "$port"
}

# Waits until a probe whose plug was pulled has left.
await_departure() { # number
    wait_until 20 "the departure of probe $1" is_gone "$(cat "$bus_state/probe.$1")"
    udevadm settle --timeout=20
}

# Takes every probe off the bus.
detach_all() {
    local port
    for port in $(used_ports); do
        usbip detach --port="$port" >/dev/null 2>&1
        wait_until 20 "the departure of what hangs on port $port" is_gone "$port"
    done
    udevadm settle --timeout=20
    rm -f "$bus_state"/probe.*
}
