#!/usr/bin/env bash
# Opens a station with simulated slots, gives it an image and a recipe, and starts a unit in every slot.
set -euo pipefail
daemon=$1
config=$(cd "$(dirname "$0")/../../Config" && pwd)/station.yaml
state=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$state"' EXIT
token=$("$daemon" --config "$config" --state "$state" --create-token demo)
"$daemon" --config "$config" --state "$state" &
pid=$!
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $token" "http://127.0.0.1:8086/v1$1" "${@:2}"; }
for _ in $(seq 100); do ask /slots >/dev/null 2>&1 && break; kill -0 $pid; sleep 0.1; done

head -c 262144 /dev/urandom >"$state/demo.bin"
hash=$(sha256sum "$state/demo.bin" | cut -c1-64)
ask "/images/$hash?name=demo.bin" -X PUT --data-binary @"$state/demo.bin" >/dev/null
ask /pools -d '{"name": "demo", "kind": "counter", "first": "1000", "last": "9999"}' >/dev/null
recipe=$(ask /recipes --data-binary @- <<YAML | sed 's/.*"hash":"\([0-9a-f]*\)".*/\1/'
schema: 1
name: demo
title: Demonstration
images: [{sha256: $hash, name: demo.bin, address: 0x90000000}]
patches: [{name: serial, place: 0x90000100+8, pool: demo, format: {coding: ascii, digits: 8}}]
YAML
)
ask "/recipes/$recipe/approve" -X POST >/dev/null
ask /start -d '{"recipe": "demo"}' >/dev/null
echo "The station is at http://127.0.0.1:8086/#token=$token"
if [ -n "${DEMO_ONCE:-}" ]; then
    for _ in $(seq 600); do
        done=$(ask '/units?limit=10' | grep -o '"verdict":"good"' | wc -l)
        [ "$done" = 4 ] && break
        sleep 0.2
    done
    [ "$done" = 4 ] || { echo "only $done of 4 units became good"; exit 1; }
    ask /records/verify | grep -q '"isWhole":true'
    echo "Four units are good, and their records are whole."
else
    echo "Ctrl-C ends it."
    wait $pid
fi
