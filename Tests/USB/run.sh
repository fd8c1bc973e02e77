#!/usr/bin/env bash
# Runs suites against the virtual probes and prints a table; fails if one of them fails.
#
#   run.sh EXTFLASH [SUITE…]
#
# EXTFLASH is the program, SUITE a name such as `openocd`; without one every suite runs. A suite is an executable
# `suite-NAME.sh` here. It gets the path of extflash, prints what it checks, ends with 0 when everything was right, 77 when
# it cannot run on this machine or this kind of bus (its last line says why), anything else on the first wrong value.
# EXTFLASH_USB_BUS says which bus; see checks.sh.
set -uo pipefail

extflash=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

if [ "${EXTFLASH_USB_BUS:-private}" = private ] && ! { true <>/dev/fuse; } 2>/dev/null; then
    echo 'SKIPPED: the private USB bus needs /dev/fuse, and this machine has none that may be opened.'
    # Nobody looks at what is left out where everything is automatic.
    [ "${CI:-}" != true ]
    exit
fi

suites=()
for name in "$@"; do suites+=("$here/suite-$name.sh"); done
[ $# -gt 0 ] || suites=("$here"/suite-*.sh)

table=""
failures=0
begin=$SECONDS
for suite in "${suites[@]}"; do
    name=$(basename "$suite" .sh)
    printf '\n\033[1m%s\033[0m\n' "$name"
    start=$SECONDS
    "$suite" "$extflash" 2>&1 | tee "$logs/$name"
    case ${PIPESTATUS[0]} in
    0) result="passed" ;;
    77) result="skipped: $(tail -n 1 "$logs/$name")" ;;
    *) result="FAILED" failures=$((failures + 1)) ;;
    esac
    checks=$(grep -c '^  ok ' "$logs/$name")
    table+=$(printf '%-28s %6s %5ss  %s' "$name" "$checks" $((SECONDS - start)) "$result")$'\n'
done

printf '\n%-28s %6s %6s  %s\n%s' suite checks time result "$table"
printf '%-28s %6s %5ss\n' "all on the bus '${EXTFLASH_USB_BUS:-private}'" "" $((SECONDS - begin))
[ "$failures" = 0 ]
