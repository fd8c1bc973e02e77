#!/usr/bin/env bash
# Makes a bare Debian 12 in a directory, once, and prints where it is: root.sh NAME PACKAGE…
#
# As root. The directory is not to be changed: tests copy it.
set -euo pipefail
base=$(realpath "$(dirname "$0")/../..")/.build/bookworm-$1
packages=${*:2}
if [ "$(cat "$base/packages" 2>/dev/null)" != "$packages" ]; then
    rm -rf "$base"
    mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }
        $1 == "URIs:" { print $2; exit }' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
    debootstrap --variant=minbase --include="${packages// /,}" bookworm "$base" ${mirror:+"$mirror"} >&2
    echo "$packages" >"$base/packages"
fi
echo "$base"
