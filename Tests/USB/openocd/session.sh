# Sourced by the OpenOCD suites: one OpenOCD on the bus for each call of `session`.
source "$(dirname "${BASH_SOURCE[0]}")/../checks.sh"

scripts=$here/openocd
cd "$work"
command -v openocd >/dev/null || skip "openocd is not installed"

# OpenOCD commands run before the target's file.
settings="set DUAL_CORE 1; set USE_CTI 1"
# Name, probe (as after --probe), interface file, transport, then OpenOCD commands run after the target's file and checks.tcl.
#
# OpenOCD's log is shown only when something is wrong: on the first wrong value, on an exit status, or when it hangs.
session() {
    local name=$1 probe=$2 interface=$3 transport=$4
    shift 4
    printf '\n%s\n' "$name"
    local commands=()
    for command in "$@"; do commands+=(-c "$command"); done
    on_bus "$probe" openocd \
        -c "gdb_port disabled; tcl_port disabled; telnet_port disabled" \
        -f "interface/$interface.cfg" -c "transport select $transport" \
        -c "$settings" -f target/stm32h7x_dual_bank.cfg -f "$scripts/checks.tcl" \
        "${commands[@]}" -c "finish" || fail "$name"
    grep -E '^  (ok|--) ' "$log" || true
    # OpenOCD ends with 0 also when a script ends early.
    grep -qx '  -- finished' "$log" || fail "$name did not come to its end"
}

# A line that OpenOCD's log must have, as an extended regular expression.
expect_log() {
    local line
    line=$(grep -E -m 1 "$1" "$log") || fail "OpenOCD's log has no line '$1'"
    echo "  ok  OpenOCD says: $line"
}
