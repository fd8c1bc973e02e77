#!/usr/bin/env bash
# Runs a command on the bus and prints what it said: on-bus.sh EXTFLASH "PROBE[ PROBE…]" COMMAND ARG…
set -euo pipefail
source "$(dirname "$0")/checks.sh"

status=0
on_bus "$2" "${@:3}" || status=$?
cat "$log"
exit $status
