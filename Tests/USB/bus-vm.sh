# Sourced by checks.sh in the virtual machine: the bus is that of the kernel there, and the probes come from the host over
# USB/IP; see vm/run.sh.

source "$here/vm/guest.lib.sh"
# With `control` in it.
export PATH=$here/vm/bin:$PATH
# QEMU translates every instruction, on a machine that may do other work.
slowness=30

# The process group of what runs on the bus; empty when nothing does.
group=
on_bus() {
    local status=0 said limit=$((${EXTFLASH_USB_LIMIT:-300} * 3))
    # The probes are words, on purpose.
    # shellcheck disable=SC2086
    plug_in $1 >"$log" 2>&1 || { end_bus; return 1; }
    shift
    timeout --kill-after=5 "$limit" "$@" >"$log" 2>&1 &
    group=$!
    wait "$group" || status=$?
    [ "$status" != 124 ] || echo "ended after $limit s" >>"$log"
    end_group
    bus_detach_all 2>>"$log" || status=1
    said=$(bus_request stop) || { status=1; said+=$'\nthe simulation ended early'; }
    # What the simulation says helps only where something is wrong.
    [ "$status" = 0 ] || printf '%s\n' "$said" >>"$log"
    return "$status"
}

plug_in() { # probes
    local number
    mkdir -p "$bus_state"
    bus_detach_all || return 1
    bus_request serve "$@" >"$bus_state/server" || { cat "$bus_state/server"; return 1; }
    for ((number = 1; number <= $#; number++)); do bus_attach $number || return 1; done
}

end_group() {
    [ -z "$group" ] || kill -KILL -- "-$group" 2>/dev/null || true
    group=
}
end_bus() {
    end_group
    bus_detach_all
    bus_request stop >/dev/null || true
}
