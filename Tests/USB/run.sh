#!/usr/bin/env bash
# Runs every suite of strangers' programs against the virtual probes and prints a table; fails if one of them fails.
#
# A suite is an executable `suite-NAME.sh` here. It gets the path of extflash, prints what it checks, ends with 0 when
# everything was right, 77 when it cannot run on this machine (its last line says why), anything else on the first
# wrong value.
set -uo pipefail

extflash=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

if ! { true <>/dev/fuse; } 2>/dev/null; then
    printf 'SKIPPED: test-usb needs /dev/fuse for its private USB bus, and this machine has none that it may open.\n'
    exit 0
fi

table=""
failures=0
for suite in "$here"/suite-*.sh; do
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
[ "$failures" = 0 ]
