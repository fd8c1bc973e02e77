# Sourced by the suites: how they tell what is right and stop at the first wrong value.

extflash=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() { # reason
    echo "$1"
    exit 77
}
# What is wrong; the log of the program that ran last is shown.
fail() {
    [ ! -f "$work/log" ] || sed 's/^/    | /' "$work/log"
    echo "  FAILED: $1"
    exit 1
}
ok() { echo "  ok  $1"; }

expect_equal() { # what, actual, expected
    [ "$2" = "$3" ] || fail "$1 is '$2' instead of '$3'"
    ok "$1: $2"
}
expect_same() { # what, actual file, expected file
    cmp "$2" "$3" || fail "$1"
    ok "$1: $(stat -c %s "$3") bytes are the same"
}

# Runs a program on the private bus, its output in $work/log; probe as after --probe, then the command.
on_bus() {
    local probe=$1
    shift
    timeout --kill-after=5 120 "$extflash" simulate --probe "$probe" -- "$@" >"$work/log" 2>&1
}

# File, count, first number: bytes that follow no pattern, and are the same in every run.
random_bytes() {
    # head ends the pipe early on purpose.
    (set +o pipefail; seq "${3:-1}" 1000000 | gzip -n | tail -c +11 | head -c "$2") >"$1"
    [ "$(stat -c %s "$1")" = "$2" ]
}
