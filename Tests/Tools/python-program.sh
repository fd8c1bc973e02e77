#!/usr/bin/env bash
# Installs a program from PyPI in an environment of its own, unless it is there from an earlier run, and prints where that is.
#
#   python-program.sh schemathesis|pyocd
#
# On its own so that the virtual machine, which keeps nothing, need not do it. Ends with 77 where it cannot, and says why.
set -euo pipefail

declare -A versions=([schemathesis]=4.32.5 [pyocd]=0.46.0)
name=$1 version=${versions[$1]}
environment=$(cd "$(dirname "$0")/../.." && pwd)/.build/$name-$version
cannot() {
    rm -rf "$environment"
    echo "$1: $(tail -n 1 <<<"$2")"
    exit 77
}
if [ ! -x "$environment/bin/$name" ]; then
    said=$(python3 -m venv "$environment" 2>&1) || cannot "python3 cannot make a virtual environment" "$said"
    said=$("$environment/bin/pip" install --quiet --disable-pip-version-check "$name==$version" 2>&1) ||
        cannot "$name $version cannot be installed from PyPI" "$said"
fi
echo "$environment"
