#!/usr/bin/env bash
# Installs schemathesis from PyPI in an environment of its own, unless it is there from an earlier run, and prints where that is.
#
# Ends with 77 where it cannot, and says why.
set -euo pipefail

version=4.32.5
environment=$(cd "$(dirname "$0")/../.." && pwd)/.build/schemathesis-$version
cannot() {
    rm -rf "$environment"
    echo "$1: $(tail -n 1 <<<"$2")"
    exit 77
}
if [ ! -x "$environment/bin/schemathesis" ]; then
    said=$(python3 -m venv "$environment" 2>&1) || cannot "python3 cannot make a virtual environment" "$said"
    said=$("$environment/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" 2>&1) ||
        cannot "schemathesis $version cannot be installed from PyPI" "$said"
fi
echo "$environment"
