#!/usr/bin/env bash
# Asks a station with simulated slots what schemathesis makes of Documentation/openapi.yaml: every answer must be one that the
# file describes. The questions are the same at every run.
#
#   run.sh EXTFLASHD [SCHEMATHESIS-OPTION…]
set -euo pipefail
daemon=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
environment=$("$here/../Tools/python-program.sh" schemathesis) || { code=$?; echo "skipped: $environment"; exit "$code"; }

work=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/station.yaml" <<YAML
schema: 1
name: line
title: A line
slots:
  - {name: A1, sim: stlink-v3, board: stm32h745xi-w25q128}
  - {name: A2, sim: cmsis-dap-v2, board: stm32h745xi-w25q128}
http: {listen: 127.0.0.1:$port, socket: $work/socket}
park-time: 0 s
limits: {queued-jobs: 200}
YAML
token=$("$daemon" --config "$work/station.yaml" --state "$work/state" --create-token the-engineer)
"$daemon" --config "$work/station.yaml" --state "$work/state" >"$work/log" 2>&1 &
pid=$!
ask() { curl -sS --fail-with-body --unix-socket "$work/socket" "http://station/v1$1" "${@:2}"; }
for _ in $(seq 100); do ask /slots >/dev/null 2>&1 && break; kill -0 $pid; sleep 0.1; done

# What the examples of the file speak of.
head -c 8192 /dev/urandom >"$work/app.bin"
hash=$(sha256sum "$work/app.bin" | cut -c1-64)
ask "/images/$hash?name=app.bin" -X PUT --data-binary @"$work/app.bin" >/dev/null
recipe=$(ask /recipes --data-binary @- <<YAML | sed 's/.*"hash":"\([0-9a-f]*\)".*/\1/'
schema: 1
name: gateway
title: A gateway
images: [{sha256: $hash, name: app.bin, address: 0x90000000}]
YAML
)
ask "/recipes/$recipe/approve" -X POST >/dev/null
ask /batches -d '{"name": "monday", "recipe": "gateway"}' >/dev/null

# What a valid request is depends on what the station keeps, so a refusal with a reason is as good as an answer. Events have no
# end: the Swift tests listen to them.
examine() {
    "$environment/bin/schemathesis" --config-file "$here/schemathesis.toml" run "http://127.0.0.1:$port/v1/openapi.yaml" \
        --url "http://127.0.0.1:$port" --header "Authorization: Bearer $token" \
        --exclude-path /v1/events --exclude-checks positive_data_acceptance "$@"
}
# What it keeps for itself goes with the rest.
cd "$work"
code=0
examine --exclude-operation-id revokeToken "$@" || code=$?
# It makes useless every token that it finds, its own too.
[ $# -gt 0 ] || examine --include-operation-id revokeToken || code=$?
kill -0 $pid || { echo "the station ended:"; tail "$work/log"; exit 1; }
ask /records/verify | grep >/dev/null '"isWhole":true' || { echo "the records are not whole"; exit 1; }
grep -iE 'fatal|crash|precondition' "$work/log" && exit 1
exit "$code"
