#!/usr/bin/env bash
# LibUSBTransport's own tests on a bus (Tests/LibUSBTransportTests/Live*.swift), as `make test` built them.
set -euo pipefail
source "$(dirname "$0")/checks.sh"

tests=$(cd "$here/../.." && pwd)/.build/debug/extflashPackageTests.xctest
[ -x "$tests" ] || skip "the tests are not built: make test"
newer=$(find "$here"/../{../Sources/LibUSBTransport,LibUSBTransportTests} -name '*.swift' -newer "$tests" -print -quit)
[ -z "$newer" ] || skip "the tests are older than $(basename "$newer"): make test"

# Probes, part of the tests' names, how many there are.
run_tests() {
    printf '\n%s\n' "$1"
    on_bus "$1" env NO_COLOR=1 EXTFLASH_LIVE_USB=1 EXTFLASH_LIVE_CONTROL=1 EXTFLASH_LIVE_SLOWNESS="$slowness" \
        "$tests" --testing-library swift-testing --filter "$2" || fail "a test failed"
    sed -n 's/^. Test "\(.*\)" passed after.*/  ok  \1/p' "$log"
    # None of them may have been left out.
    expect_equal "tests run" "$(grep -c '^. Test ".*" passed' "$log")" "$3"
}

run_tests "stlink-v3 cmsis-dap-v1 cmsis-dap-v2" 'A live bus' 19
for probe in stlink-v2 stlink-v2-1; do
    run_tests "$probe" 'A live bus.*(with an ST-LINK|that a probe leaves)' 17
done
