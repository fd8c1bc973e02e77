# Sourced by the OpenOCD suites: one OpenOCD on the private bus for each call of `session`.

extflash=$(realpath "$1")
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

command -v openocd >/dev/null || { echo "openocd is not installed"; exit 77; }
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")

# Name, probe (as after --probe), interface file, transport, then OpenOCD commands run after the board's files.
#
# OpenOCD's log is shown only when something is wrong: on the first wrong value, on an exit status, or when it hangs.
session() {
    local name=$1 probe=$2 interface=$3 transport=$4
    shift 4
    printf '\n%s\n' "$name"
    local commands=()
    for command in "$@"; do commands+=(-c "$command"); done
    if ! timeout --kill-after=5 120 "$extflash" simulate --probe "$probe" -- openocd \
        -c "gdb_port disabled; tcl_port disabled; telnet_port disabled" \
        -f "interface/$interface.cfg" -c "transport select $transport" \
        -c "set DUAL_CORE 1; set USE_CTI 1" -f target/stm32h7x_dual_bank.cfg -f "$scripts/checks.tcl" \
        "${commands[@]}" -c "finish" >"$work/log" 2>&1; then
        sed 's/^/    | /' "$work/log"
        echo "  FAILED: $name"
        exit 1
    fi
    grep -E '^  (ok|--) ' "$work/log" || true
    # OpenOCD ends with 0 also when a script ends early.
    if ! grep -qx '  -- finished' "$work/log"; then
        sed 's/^/    | /' "$work/log"
        echo "  FAILED: $name did not come to its end"
        exit 1
    fi
}

# A line that OpenOCD's log must have, as an extended regular expression.
expect_log() {
    local line
    line=$(grep -E -m 1 "$1" "$work/log") || { echo "  FAILED: OpenOCD's log has no line '$1'"; exit 1; }
    echo "  ok  OpenOCD says: $line"
}

# What, actual file, expected file.
expect_same() {
    cmp "$2" "$3" || { echo "  FAILED: $1"; exit 1; }
    echo "  ok  $1: $(stat -c %s "$3") bytes are the same"
}

# File, count, first number: bytes that follow no pattern, and are the same in every run.
random_bytes() {
    # head ends the pipe early on purpose.
    (set +o pipefail; seq "${3:-1}" 1000000 | gzip -n | tail -c +11 | head -c "$2") >"$1"
    [ "$(stat -c %s "$1")" = "$2" ]
}
