# Sourced by the suites: where they work, on which bus, and how they tell what is right and stop at the first wrong value.

extflash=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
log=$work/log
trap 'end_bus; rm -rf "$work"' EXIT
# clang and its kin, which come with Swift.
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")

# Nobody looks at what is left out where everything is automatic, so there it is a failure.
skip() { # reason
    [ "${CI:-}" != true ] || fail "left out: $1"
    echo "$1"
    exit 77
}
source "$here/expectations.sh"

# The kind of bus that programs meet: `private` is made by `extflash simulate`, `vm` by a kernel with a USB stack of its own
# in a virtual machine. bus-KIND.sh has:
#
#   on_bus "PROBE[ PROBE…]" COMMAND ARG…
#       Runs COMMAND in the current directory with exactly these probes on a bus (each word as after --probe); files below
#       $work and the project's own are there. Its output goes to $log, its exit status is the status. Bounded in time;
#       EXTFLASH_USB_LIMIT raises the limit (seconds). Nothing is left behind.
#   control WORDS…
#       A program for COMMAND to use: what `extflash simulate control` is told, such as `unplug 1`. Once it has ended after a
#       `plug 1` the probe is on its way to the bus, not necessarily there.
#   slowness
#       How many times slower than on an idle machine of today programs may be there. Only limits are multiplied by it: what
#       goes well does not wait for them, so that a machine which does other work is given time.
#   end_bus
#       Called once at the end.
bus=${EXTFLASH_USB_BUS:-private}
slowness=5
end_bus() { :; }
source "$here/bus-$bus.sh"

only_on() { # kind of bus, reason
    [ "$bus" != "$1" ] || return 0
    echo "$2"
    exit 77
}

# Runs a script of checks on the bus: what stands on standard input, with the functions of expectations.sh and the given
# NAME=VALUE pairs. Its checks are shown; the first wrong value ends the suite.
checks_on_bus() { # probes, NAME=VALUE…
    local probes=$1 status=0 pair
    shift
    {
        echo 'set -euo pipefail'
        for pair in "extflash=$extflash" "work=$work" "here=$here" "slowness=$slowness" "bus=$bus" \
            "log=$work/output" "$@"; do printf '%s=%q\n' "${pair%%=*}" "${pair#*=}"; done
        cat "$here/expectations.sh" -
    } >"$work/script"
    on_bus "$probes" bash "$work/script" || status=$?
    if [ "$status" != 0 ]; then
        ! grep -q '^  FAILED: ' "$log" || { cat "$log" && exit 1; }
        fail "the checks ended with $status"
    fi
    grep -E '^  (ok|--) ' "$log"
}
